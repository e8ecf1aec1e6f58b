using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>The words of vCards (RFC 6350): names, addresses, telephone numbers, organizations, notes.</summary>
internal static class ContactText
{
    public static void Read(ReadOnlySpan<byte> content, ItemText item)
    {
        var lines = new ContentLines(content);
        while (lines.MoveNext())
        {
            if (lines.Is("FN"u8) || lines.Is("N"u8) || lines.Is("NICKNAME"u8))
            {
                item.AddSubject(Text(lines));
            }
            else if (lines.Is("EMAIL"u8) || lines.Is("IMPP"u8))
            {
                item.AddSender(MailTo.Strip(Text(lines)));
            }
            else if (lines.Is("MEMBER"u8) || lines.Is("X-ADDRESSBOOKSERVER-MEMBER"u8) || lines.Is("RELATED"u8))
            {
                item.AddRecipient(MailTo.Strip(Text(lines)));
            }
            else if (!IsNoText(lines))
            {
                item.AddBody(Text(lines));
            }
        }
    }

    /// <summary>Pictures, keys, and what says something about the card and not about the contact.</summary>
    private static bool IsNoText(ContentLines lines) =>
        lines.Is("BEGIN"u8) || lines.Is("END"u8) || lines.Is("VERSION"u8) || lines.Is("PRODID"u8) || lines.Is("UID"u8) || lines.Is("REV"u8)
        || lines.Is("PHOTO"u8) || lines.Is("LOGO"u8) || lines.Is("SOUND"u8) || lines.Is("KEY"u8) || lines.Is("KIND"u8) || lines.Is("X-ADDRESSBOOKSERVER-KIND"u8);

    /// <summary>The parts of a name or postal address, which semicolons hold apart, are words of their own.</summary>
    private static string Text(ContentLines lines) => ContentLines.Unescape(lines.Value()).Replace(';', ' ');
}
