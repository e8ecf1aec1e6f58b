using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>A <c>STATUS</c> response (RFC 9051 §7.3.4) with what we ask for.</summary>
internal sealed record StatusData(string Name)
{
    public long? Messages { get; private set; }

    public long? UidNext { get; private set; }

    public long? UidValidity { get; private set; }

    /// <summary>RFC 7162; null or 0 where the folder keeps none.</summary>
    public long? HighestModSeq { get; private set; }

    /// <summary>What the folder is known by after a rename: <c>MAILBOXID</c> (RFC 8474), <c>X-GUID</c> of Dovecot.</summary>
    public string? Id { get; private set; }

    /// <summary>The same folder with what a later response says of it.</summary>
    public StatusData With(StatusData later) => new(Name)
    {
        Messages = later.Messages ?? Messages,
        UidNext = later.UidNext ?? UidNext,
        UidValidity = later.UidValidity ?? UidValidity,
        HighestModSeq = later.HighestModSeq ?? HighestModSeq,
        Id = later.Id ?? Id,
    };

    /// <summary>Throws <see cref="ImapProtocolException"/>, also for an id that is none: Cyrus 3.6 may show memory of its own there.</summary>
    public static StatusData Parse(ReadOnlySpan<byte> body)
    {
        var reader = new ResponseReader(body);
        var data = new StatusData(reader.Text() ?? "NIL");
        reader.Take('(');
        while (!reader.TryTake(')'))
        {
            var item = reader.Word();
            if (Ascii.EqualsIgnoreCase(item, "MESSAGES"u8))
            {
                data.Messages = reader.Number();
            }
            else if (Ascii.EqualsIgnoreCase(item, "UIDNEXT"u8))
            {
                data.UidNext = reader.Number();
            }
            else if (Ascii.EqualsIgnoreCase(item, "UIDVALIDITY"u8))
            {
                data.UidValidity = reader.Number();
            }
            else if (Ascii.EqualsIgnoreCase(item, "HIGHESTMODSEQ"u8))
            {
                data.HighestModSeq = reader.Number();
            }
            else if (Ascii.EqualsIgnoreCase(item, "X-GUID"u8))
            {
                data.Id = reader.Text();
            }
            else if (Ascii.EqualsIgnoreCase(item, "MAILBOXID"u8))
            {
                reader.Take('(');
                data.Id = reader.Text();
                reader.Take(')');
            }
            else
            {
                reader.Skip();
            }
        }

        return data.Id is null || data.Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? data : throw new ImapProtocolException("the server gives a folder an impossible id");
    }
}
