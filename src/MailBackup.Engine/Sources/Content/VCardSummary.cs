using MailBackup.Model;

namespace MailBackup.Sources.Content;

/// <summary>Name, address and kind of a vCard: 4.0 (RFC 6350), 3.0 (RFC 2426) or 2.1.</summary>
internal static class VCardSummary
{
    public static ContentSummary Read(ReadOnlySpan<byte> head)
    {
        var type = ItemType.Contact;
        string name = "", structured = "", address = "";
        int depth = 0;
        var lines = new ContentLines(head);
        while (lines.MoveNext())
        {
            if (lines.Is("BEGIN"u8, "VCARD"u8))
            {
                depth++;
            }
            else if (lines.Is("END"u8, "VCARD"u8))
            {
                if (--depth <= 0)
                {
                    break;
                }
            }
            else if (depth > 1)
            {
                // A card in the card: vCard 2.1 puts that of an assistant into AGENT.
            }
            else if (name.Length == 0 && lines.Is("FN"u8))
            {
                name = Text(lines.Value(), ContentInspector.MaxSubject);
            }
            else if (structured.Length == 0 && lines.Is("N"u8))
            {
                structured = StructuredName(lines.Value());
            }
            else if (address.Length == 0 && lines.Is("EMAIL"u8))
            {
                string value = lines.Value();
                address = Text(MailTo.Strip(value), ContentInspector.MaxFrom);
            }
            else if (lines.Is("KIND"u8, "group"u8) || lines.Is("X-ADDRESSBOOKSERVER-KIND"u8, "group"u8))
            {
                type = ItemType.ContactGroup;
            }
        }

        return new ContentSummary(type, name.Length > 0 ? name : structured, address);
    }

    private static string Text(string value, int max) => DisplayText.Clean(ContentLines.Unescape(value), max);

    /// <summary><c>Family;Given;Additional;Prefixes;Suffixes</c> (RFC 6350 §6.2.2) as people write it: given, additional, family.</summary>
    private static string StructuredName(string value)
    {
        var parts = new List<string>();
        int start = 0;
        for (int i = 0; i <= value.Length; i++)
        {
            if (i == value.Length || value[i] == ';')
            {
                parts.Add(ContentLines.Unescape(value[start..i]).Trim());
                start = i + 1;
            }
            else if (value[i] == '\\' && i + 1 < value.Length)
            {
                i++;
            }
        }

        var order = parts.Skip(1).Take(2).Append(parts[0]).Where(part => part.Length > 0);
        return DisplayText.Clean(string.Join(' ', order), ContentInspector.MaxSubject);
    }
}
