using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>An account that a scan is to look at.</summary>
/// <param name="Folders">Only these, by the source's own names; null: all whose tokens have changed.</param>
internal sealed record ScanTarget(Guid Id, AccountStat Stat, IReadOnlySet<(FolderKind Kind, string Key)>? Folders = null)
{
    public bool IsWanted(SourceFolder folder) => Folders?.Contains((folder.Kind, folder.Key)) ?? true;
}
