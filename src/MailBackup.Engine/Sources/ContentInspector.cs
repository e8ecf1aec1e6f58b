using MailBackup.Model;
using MailBackup.Sources.Content;

namespace MailBackup.Sources;

/// <summary>Reads subject and sender of a message, name and kind of a contact, summary and kind of a calendar object.</summary>
public static class ContentInspector
{
    /// <summary>Longest subject, in UTF-16 units: what a listing can show.</summary>
    internal const int MaxSubject = 250;

    internal const int MaxFrom = 200;

    /// <summary>Never throws: broken content costs its summary, never the item.</summary>
    /// <param name="head">The first bytes of the content: the whole header of a message, up to 64 KiB of anything else.</param>
    /// <param name="fileName">Name of a document.</param>
    public static ContentSummary Inspect(FolderKind kind, ReadOnlySpan<byte> head, string fileName)
    {
        try
        {
            return InspectUnguarded(kind, head, fileName);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The parsers throw at nothing we know of; what we do not know must not cost the item.
            return new ContentSummary(DefaultType(kind), "", "");
        }
    }

    internal static ContentSummary InspectUnguarded(FolderKind kind, ReadOnlySpan<byte> head, string fileName)
    {
        switch (kind)
        {
            case FolderKind.Mail:
                HeaderText.Read(head, out string subject, out string from);
                return new ContentSummary(ItemType.Message, subject, from);
            case FolderKind.Contacts:
                return VCardSummary.Read(head);
            case FolderKind.Calendar:
                return ICalendarSummary.Read(head);
            default:
                return new ContentSummary(ItemType.Document, DisplayText.Clean(fileName, MaxSubject), "");
        }
    }

    private static ItemType DefaultType(FolderKind kind) => kind switch
    {
        FolderKind.Mail => ItemType.Message,
        FolderKind.Contacts => ItemType.Contact,
        FolderKind.Calendar => ItemType.Appointment,
        _ => ItemType.Document,
    };
}
