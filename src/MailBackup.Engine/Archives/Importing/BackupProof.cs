using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Sources.Maildir.Restoring;
using MailBackup.Storage;

namespace MailBackup.Archives.Importing;

/// <summary>
/// Says whether a live item can be had back once it is removed: the backup has it as living under this folder, and gives back the very bytes that
/// the server has now. Not what a scan reported, but what is there counts.
/// </summary>
internal sealed class BackupProof(BackupReader reader, IMailSource source, string account)
{
    private readonly Dictionary<(string, FolderKind), Dictionary<string, KnownItem>> _folders = [];

    public async ValueTask<bool> HoldsAsync(SourceFolder folder, SourceItem item, CancellationToken token)
    {
        var known = Folder(folder);
        if (!known.TryGetValue(item.Key, out var found) && !(known.TryGetValue(item.StableKey, out found) && source.MayBeSame(found.Key, item.Key)))
        {
            return false;
        }

        try
        {
            var state = reader.FindState(account, found.Id, null).State;
            await using var live = await source.OpenAsync(account, folder, item, token).ConfigureAwait(false);
            await using var stored = reader.Content.Open(state);
            return live is not null && await ContentComparer.SameAsync(live.Stream, stored, token).ConfigureAwait(false);
        }
        catch (MailBackupException)
        {
            // Whatever keeps either from being read keeps the item from being removed.
            return false;
        }
    }

    /// <summary>By the whole name, and by the part of it that stays when flags change.</summary>
    private Dictionary<string, KnownItem> Folder(SourceFolder folder)
    {
        if (_folders.TryGetValue((folder.Path, folder.Kind), out var known))
        {
            return known;
        }

        known = new(StringComparer.Ordinal);
        if (reader.Registry.FindLiving(account) is { } id
            && reader.Registry.Stats[id].Folders.FirstOrDefault(f => f.Path == folder.Path && f.Kind == folder.Kind) is { } stat)
        {
            foreach (var item in KnownItems.OfFolder(reader.Catalog, KnownItems.AccountNumber(reader.Catalog, id), new(stat.Id)))
            {
                known[source.StableKeyOf(folder.Kind, item.Key)] = item;
                known[item.Key] = item;
            }
        }

        // Folder after folder is gone through, and each once.
        _folders.Clear();
        _folders.Add((folder.Path, folder.Kind), known);
        return known;
    }
}
