namespace MailBackup.Searching;

/// <summary>The words of one content on their way into the index.</summary>
/// <param name="Number">Given once, never again.</param>
internal sealed record IndexedDocument(
    long Number, string Subject, string Sender, string Recipients, string Attachments, string Body, bool HasAttachment);
