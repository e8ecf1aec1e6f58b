using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>One item of an archive, or what is wrong with it.</summary>
/// <param name="Place">Where it stands in the archive, for people.</param>
internal sealed record ArchiveEntry(RestoreFolder Folder, string Place, RestoreItem? Item, MailBackupException? Fault = null)
{
    /// <summary>Only the content is known: the archive says nothing of flags, keywords and date.</summary>
    public bool IsBare { get; init; }
}
