using System.Text;
using MailBackup.Model;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>A <c>FETCH</c> response (RFC 9051 §7.5.2): what was asked for, null where the server did not say it.</summary>
internal sealed class FetchData
{
    public uint Sequence { get; private init; }

    public uint? Uid { get; private set; }

    /// <summary>Flags, keywords among them, as the server writes them.</summary>
    public List<string>? Flags { get; private set; }

    public DateTimeOffset? InternalDate { get; private set; }

    public long? Size { get; private set; }

    /// <summary>When it came into the folder (RFC 8514); null where the server does not know.</summary>
    public DateTimeOffset? SaveDate { get; private set; }

    /// <summary>What the content is known by wherever it lies: <c>EMAILID</c> (RFC 8474), <c>X-GUID</c> of Dovecot.</summary>
    public string? Guid { get; private set; }

    /// <summary>Length of the content that was streamed; -1 when none was.</summary>
    public long Streamed { get; private set; } = -1;

    /// <summary>Content that came as a quoted string, or empty: servers may send short ones so.</summary>
    public byte[]? Held { get; private set; }

    /// <summary>The header with its empty line, or its beginning, as far as it was asked for.</summary>
    public byte[]? Header { get; private set; }

    /// <summary>True when the server sent content that it calls <c>NIL</c>: it has none.</summary>
    public bool IsNil { get; private set; }

    /// <param name="body">What follows <c>FETCH</c>.</param>
    public static FetchData Parse(uint sequence, ReadOnlySpan<byte> body)
    {
        var data = new FetchData { Sequence = sequence };
        var reader = new ResponseReader(body);
        reader.Take('(');
        while (!reader.TryTake(')'))
        {
            data.Read(reader.ItemName(), ref reader);
        }

        return data;
    }

    /// <summary>What a response says before the content that is still to come; the rest is null.</summary>
    public static FetchData ParseBeginning(ReadOnlySpan<byte> unfinished)
    {
        var data = new FetchData();
        try
        {
            var reader = new ResponseReader(unfinished);
            reader.Word();
            reader.Word();
            reader.Word();
            reader.Take('(');
            while (!reader.AtEnd)
            {
                var name = reader.ItemName();
                if (IsContent(name))
                {
                    break;
                }

                data.Read(name, ref reader);
            }
        }
        catch (ImapProtocolException)
        {
            // It is unfinished; whether it is well formed shows when it is complete.
        }

        return data;
    }

    /// <summary>True when the literal that is announced behind this text is the whole content of a message.</summary>
    public static bool AnnouncesContent(ReadOnlySpan<byte> unfinished)
    {
        int brace = unfinished.LastIndexOf((byte)'{');
        var before = brace < 0 ? unfinished : unfinished[..brace].TrimEnd((byte)' ');
        return EndsWith(before, "BODY[]"u8) || EndsWith(before, "RFC822"u8) || EndsWith(before, "BINARY[] ~"u8);
    }

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.Length >= end.Length && Ascii.EqualsIgnoreCase(text[^end.Length..], end);

    private static ReadOnlySpan<byte> HeaderName => "BODY[HEADER]"u8;

    private static bool IsContent(ReadOnlySpan<byte> name) => EndsWith(name, "BODY[]"u8) || Ascii.EqualsIgnoreCase(name, "RFC822"u8);

    private void Read(ReadOnlySpan<byte> name, ref ResponseReader reader)
    {
        if (Ascii.EqualsIgnoreCase(name, "UID"u8))
        {
            Uid = reader.Number32();
        }
        else if (Ascii.EqualsIgnoreCase(name, "FLAGS"u8))
        {
            Flags = reader.Words();
        }
        else if (Ascii.EqualsIgnoreCase(name, "INTERNALDATE"u8))
        {
            // A date that is none must not cost the message.
            InternalDate = ImapDate.Parse(reader.String()) ?? DateTimeOffset.UnixEpoch;
        }
        else if (Ascii.EqualsIgnoreCase(name, "SAVEDATE"u8))
        {
            SaveDate = reader.String() is { } saved ? ImapDate.Parse(saved) : null;
        }
        else if (Ascii.EqualsIgnoreCase(name, "RFC822.SIZE"u8))
        {
            Size = reader.Number();
        }
        else if (Ascii.EqualsIgnoreCase(name, "X-GUID"u8))
        {
            Guid = reader.Text();
        }
        else if (Ascii.EqualsIgnoreCase(name, "EMAILID"u8))
        {
            reader.Take('(');
            Guid = reader.Text();
            reader.Take(')');
        }
        else if (IsContent(name))
        {
            Held = reader.String(out long streamed);
            Streamed = streamed;
            IsNil = Held is null && streamed < 0;
        }
        else if (name.Length >= HeaderName.Length && Ascii.EqualsIgnoreCase(name[..HeaderName.Length], HeaderName))
        {
            Header = reader.String();
        }
        else
        {
            reader.Skip();
        }
    }
}
