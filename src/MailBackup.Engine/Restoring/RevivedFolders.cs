using MailBackup.Model;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// The folders of revived items as the backup will know them: those that live, those that were deleted and are there again under their own ids, and
/// new ones.
/// </summary>
internal sealed class RevivedFolders
{
    private readonly ScanStore _store;
    private readonly ScanAccount _account;
    private readonly DateTimeOffset _now;
    private readonly List<(string Path, FolderKind Kind)> _order;
    private readonly Dictionary<(string Path, FolderKind Kind), FolderStat> _known;
    private readonly List<FolderStat> _left;
    private readonly Dictionary<(string Path, FolderKind Kind), SourceFolder> _there = [];
    private readonly Dictionary<(FolderKind Kind, string Key), SourceFolder> _byKey = [];
    private readonly Lazy<Dictionary<(string Path, FolderKind Kind), ItemId>> _deleted;

    public RevivedFolders(ScanStore store, ScanAccount account, IReadOnlyList<SourceFolder> there, DateTimeOffset now)
    {
        (_store, _account, _now) = (store, account, now);

        // After a repair with losses two folders may have one path: the newest has it, and the next scan sees to the others.
        var namesakes = account.Stat.Folders.GroupBy(f => (f.Path, f.Kind)).ToList();
        _known = namesakes.ToDictionary(g => g.Key, g => g.MaxBy(f => f.Id)!);
        _order = namesakes.ConvertAll(g => g.Key);
        _left = [.. account.Stat.Folders.Except(_known.Values)];
        foreach (var folder in there)
        {
            _there[(folder.Path, folder.Kind)] = folder;
            _byKey[(folder.Kind, folder.Key)] = folder;
        }

        _deleted = new(ReadDeleted);
    }

    public List<FolderStat> Stats => [.. _order.Select(f => _known[f]), .. _left];

    /// <summary>The folder that a restored item lies in now, one item fuller; null when it is left to the scan to say.</summary>
    public ItemId? Take(RestoreFolder folder)
    {
        var place = (folder.Path, folder.Kind);
        if (!_known.ContainsKey(place) && !_there.ContainsKey(place) && folder.Key is { } key && _byKey.TryGetValue((folder.Kind, key), out var renamed))
        {
            // The server spells its path in another way than it did.
            place = (renamed.Path, renamed.Kind);
        }

        if (!_known.ContainsKey(place) && !TryAdd(place))
        {
            return null;
        }

        // Listed again at the next scan: the folder has changed in any case.
        var stat = _known[place];
        _known[place] = stat with { Items = stat.Items + 1, Token = null };
        return new ItemId(stat.Id);
    }

    /// <summary>The folder and those above it, as far as they are new to the backup.</summary>
    private bool TryAdd((string Path, FolderKind Kind) place)
    {
        if (!_there.TryGetValue(place, out var folder) || IsRenamed(folder))
        {
            return false;
        }

        for (int slash = place.Path.LastIndexOf('/'); slash > 0; slash = place.Path.LastIndexOf('/', slash - 1))
        {
            var above = (place.Path[..slash], place.Kind);
            if (!_known.ContainsKey(above) && _there.TryGetValue(above, out var parent) && !IsRenamed(parent))
            {
                Add(parent);
            }
        }

        Add(folder);
        return true;
    }

    /// <summary>A folder that the backup knows under another path is the scan's: with it, all its items have moved.</summary>
    private bool IsRenamed(SourceFolder folder) => folder.Identity is not null
        && _known.Values.Any(f => f.Identity == folder.Identity && f.Kind == folder.Kind && !_there.ContainsKey((f.Path, f.Kind)));

    private void Add(SourceFolder folder)
    {
        var place = (folder.Path, folder.Kind);
        var id = _deleted.Value.TryGetValue(place, out var before) ? before : _account.TakeItemId();
        _store.Writer.Append(_account.Journal, id, FolderState.Of(folder), _now);
        _known[place] = FolderState.ToStat(id, folder, items: 0) with { Token = null };
        _order.Add(place);
    }

    /// <summary>Folders that the backup holds for deleted, by the path that they had last.</summary>
    private Dictionary<(string Path, FolderKind Kind), ItemId> ReadDeleted()
    {
        var deleted = new Dictionary<(string Path, FolderKind Kind), ItemId>();
        foreach (var (id, spans) in FolderTimeline.Load(_store.Writer.Catalog, _account.Id).Folders)
        {
            if (!spans[^1].Deleted || spans.FindLast(s => !s.Deleted) is not { Path: { } path } living)
            {
                continue;
            }

            try
            {
                var state = JournalLookup.ReadTransaction(_store.Layout, _account.Id, living.Place).State!;
                deleted[(path, FolderState.KindOf(state))] = new ItemId(id);
            }
            catch (MailBackupException)
            {
                // What it was cannot be read; then it is a new folder.
            }
        }

        return deleted;
    }
}
