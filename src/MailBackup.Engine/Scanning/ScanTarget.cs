using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>An account that a scan is to look at.</summary>
/// <param name="Folders">Only these, by the source's own names, and in each only these items (null: all); null: all folders whose tokens have changed.</param>
internal sealed record ScanTarget(
    Guid Id, AccountStat Stat, IReadOnlyDictionary<(FolderKind Kind, string Key), IReadOnlySet<string>?>? Folders = null)
{
    public bool IsWanted(SourceFolder folder) => Folders?.ContainsKey((folder.Kind, folder.Key)) ?? true;

    /// <summary>Keys of the items that are to be looked at; null: all.</summary>
    public IReadOnlySet<string>? ItemsIn(SourceFolder folder) => Folders?.GetValueOrDefault((folder.Kind, folder.Key));
}
