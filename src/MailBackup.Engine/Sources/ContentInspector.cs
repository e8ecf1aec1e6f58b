namespace MailBackup.Sources;

/// <summary>Reads subject and sender of a message, name and kind of a contact, summary and kind of a calendar object.</summary>
public static class ContentInspector
{
    /// <summary>Never throws: broken content costs its summary, never the item.</summary>
    /// <param name="head">The first bytes of the content: the whole header of a message, up to 64 KiB of anything else.</param>
    /// <param name="fileName">Name of a document.</param>
    public static ContentSummary Inspect(FolderKind kind, ReadOnlySpan<byte> head, string fileName) => throw new NotImplementedException();
}
