using System.Text;
using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>What the header of a message or of a part says about what follows (RFC 2045, RFC 2183).</summary>
internal sealed record MimeHeader
{
    /// <summary>Bytes that are looked at of one field.</summary>
    private const int MaxField = 64 << 10;

    /// <summary>In lower case; empty where none is stated.</summary>
    public string Type { get; private init; } = "";

    /// <summary>In lower case, without blanks.</summary>
    public string Encoding { get; private init; } = "";

    public string? Charset { get; private init; }

    /// <summary>Null for anything but a multipart, and for one that states none.</summary>
    public string? Boundary { get; private init; }

    /// <summary>File name of the part, or empty.</summary>
    public string Name { get; private init; } = "";

    public bool IsAttachment { get; private init; }

    public string Subject { get; private init; } = "";

    /// <summary>From and Sender.</summary>
    public string Sender { get; private init; } = "";

    /// <summary>To, Cc and Bcc.</summary>
    public string Recipients { get; private init; } = "";

    /// <param name="ofMessage">Read subject and addresses too.</param>
    public static MimeHeader Read(ReadOnlySpan<byte> header, bool ofMessage)
    {
        var type = MimeParameters.None;
        var disposition = MimeParameters.None;
        string encoding = "", subject = "";
        StringBuilder sender = new(), recipients = new();
        var fields = new HeaderFields(header);
        while (fields.MoveNext())
        {
            // Of a field that stands there twice, the first counts, as for mail programs.
            if (fields.Is("Content-Type"u8))
            {
                type = type.Value.Length == 0 ? MimeParameters.Parse(Text(fields)) : type;
            }
            else if (fields.Is("Content-Disposition"u8))
            {
                disposition = disposition.Value.Length == 0 ? MimeParameters.Parse(Text(fields)) : disposition;
            }
            else if (fields.Is("Content-Transfer-Encoding"u8))
            {
                encoding = encoding.Length == 0 ? MimeParameters.Parse(Text(fields)).Value : encoding;
            }
            else if (!ofMessage)
            {
            }
            else if (fields.Is("Subject"u8))
            {
                subject = subject.Length == 0 ? Text(fields) : subject;
            }
            else if (fields.Is("From"u8) || fields.Is("Sender"u8))
            {
                Add(sender, fields);
            }
            else if (fields.Is("To"u8) || fields.Is("Cc"u8) || fields.Is("Bcc"u8))
            {
                Add(recipients, fields);
            }
        }

        return new MimeHeader
        {
            Type = type.Value,
            Encoding = encoding,
            Charset = type["charset"],
            Boundary = type["boundary"],
            Name = disposition["filename"] ?? type["name"] ?? "",
            IsAttachment = disposition.Value == "attachment",
            Subject = subject,
            Sender = sender.ToString(),
            Recipients = recipients.ToString(),
        };
    }

    private static string Text(HeaderFields fields) => HeaderText.DecodeValue(fields.Value, MaxField);

    private static void Add(StringBuilder text, HeaderFields fields)
    {
        if (text.Length < ItemText.MaxNames)
        {
            text.Append(text.Length > 0 ? ", " : "").Append(Text(fields));
        }
    }
}
