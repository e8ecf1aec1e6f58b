using MailBackup.Sources.Content;

namespace MailBackup.Searching.Text;

/// <summary>The words of calendar objects (RFC 5545): summary, place, description, organizer, attendees.</summary>
internal static class CalendarText
{
    public static void Read(ReadOnlySpan<byte> content, ItemText item)
    {
        var lines = new ContentLines(content);
        while (lines.MoveNext())
        {
            if (lines.Is("SUMMARY"u8))
            {
                item.AddSubject(Text(lines));
            }
            else if (lines.Is("ORGANIZER"u8))
            {
                item.AddSender(Person(lines));
            }
            else if (lines.Is("ATTENDEE"u8))
            {
                item.AddRecipient(Person(lines));
            }
            else if (lines.Is("LOCATION"u8) || lines.Is("DESCRIPTION"u8) || lines.Is("COMMENT"u8) || lines.Is("CATEGORIES"u8) || lines.Is("RESOURCES"u8) || lines.Is("CONTACT"u8))
            {
                item.AddBody(Text(lines));
            }
            else if (lines.Is("ATTACH"u8))
            {
                item.AddAttachment(lines.Parameter("FILENAME") ?? lines.Parameter("X-FILENAME") ?? "");
            }
        }
    }

    private static string Person(ContentLines lines) => $"{lines.Parameter("CN")} {MailTo.Strip(lines.Value())}";

    private static string Text(ContentLines lines) => ContentLines.Unescape(lines.Value());
}
