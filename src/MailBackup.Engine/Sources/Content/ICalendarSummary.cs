using MailBackup.Model;

namespace MailBackup.Sources.Content;

/// <summary>Kind, summary and organizer of a calendar object (RFC 5545).</summary>
internal static class ICalendarSummary
{
    public static ContentSummary Read(ReadOnlySpan<byte> head)
    {
        ItemType? type = null;
        string summary = "", organizer = "", firstSummary = "", firstOrganizer = "";
        bool isException = false;
        int depth = 0;
        int component = 0;
        var lines = new ContentLines(head);
        while (lines.MoveNext())
        {
            if (lines.Is("BEGIN"u8))
            {
                depth++;
                if (component == 0 && KindOf(lines) is { } kind && (type is null || type == kind))
                {
                    type = kind;
                    component = depth;
                    isException = false;
                    summary = organizer = "";
                }
            }
            else if (lines.Is("END"u8))
            {
                if (component > 0 && depth == component)
                {
                    // The series itself says what it is about; its exceptions (§3.8.4.4) may come first and say something else.
                    if (!isException)
                    {
                        return new ContentSummary(type!.Value, summary, organizer);
                    }

                    (firstSummary, firstOrganizer) = firstSummary.Length + firstOrganizer.Length > 0 ? (firstSummary, firstOrganizer) : (summary, organizer);
                    component = 0;
                }

                depth = Math.Max(0, depth - 1);
            }
            else if (component == 0 || depth != component)
            {
                // The calendar's own properties, time zones, and alarms, which have a SUMMARY of their own.
            }
            else if (lines.Is("RECURRENCE-ID"u8))
            {
                isException = true;
            }
            else if (summary.Length == 0 && lines.Is("SUMMARY"u8))
            {
                summary = DisplayText.Clean(ContentLines.Unescape(lines.Value()), ContentInspector.MaxSubject);
            }
            else if (organizer.Length == 0 && lines.Is("ORGANIZER"u8))
            {
                organizer = DisplayText.Clean(lines.Parameter("CN") is { Length: > 0 } name ? name : MailTo.Strip(lines.Value()), ContentInspector.MaxFrom);
            }
        }

        // Cut off in the middle of a component, or made of exceptions only.
        bool first = firstSummary.Length + firstOrganizer.Length > 0 && (component == 0 || isException || summary.Length == 0);
        return new ContentSummary(type ?? ItemType.Appointment, first ? firstSummary : summary, first ? firstOrganizer : organizer);
    }

    private static ItemType? KindOf(ContentLines lines) =>
        lines.Is("BEGIN"u8, "VTODO"u8) ? ItemType.Task
        : lines.Is("BEGIN"u8, "VEVENT"u8) || lines.Is("BEGIN"u8, "VJOURNAL"u8) || lines.Is("BEGIN"u8, "VFREEBUSY"u8) ? ItemType.Appointment
        : null;
}
