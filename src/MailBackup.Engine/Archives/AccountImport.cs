using MailBackup.Archives.Importing;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Archives;

/// <summary>
/// Puts an archive into a live account. Before anything is changed or removed, the account is scanned within the same operation; what the backup
/// cannot give back byte for byte is not removed. One broken item of the archive costs that item.
/// </summary>
/// <param name="scan">Scans the account; not called when nothing that is there can be touched.</param>
internal sealed class AccountImport(
    BackupLayout layout, IMailSource source, ImportAccountRequest request, IOperationSink sink, Func<IOperationSink, CancellationToken, Task> scan)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly ImportCounts _counts = new();
    private readonly ImportFolders _places = new(request.Folder);
    private readonly Dictionary<(string, FolderKind), LiveFolder> _live = [];
    private readonly byte[] _buffer = new byte[128 * 1024];
    private IReadOnlyList<SourceFolder> _folders = [];
    private LiveChanges? _changes;
    private bool _isDurable;
    private long _total, _scanTroubles;

    private string Account => request.Account;

    private bool Touches => request.Resolve != ImportResolve.Skip;

    private IRestoreTarget Target => source.RestoreTarget ?? throw Cannot();

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        using var archive = await OpenAsync(stop).ConfigureAwait(false);
        using var reader = Touches ? await SaveAsync(stop).ConfigureAwait(false) : null;
        if (reader is not null)
        {
            _changes = new LiveChanges(source, Account, new BackupProof(reader, source, Account), sink.Warning, async (item, token) => await AddAsync(item, token).ConfigureAwait(false));
        }

        try
        {
            await ImportAsync(archive, stop).ConfigureAwait(false);
        }
        finally
        {
            // What the new was lost of must keep its old.
            if (_changes is not null && _isDurable)
            {
                await _changes.RemoveReplacedAsync().ConfigureAwait(false);
            }

            sink.Report(Report());
        }

        if (archive.PassedOver > 0)
        {
            sink.Warning($"{archive.PassedOver} files of the archive are neither mail, contact, appointment nor document and were left out.");
        }

        return Report();
    }

    /// <summary>Counts what would be done; changes nothing and needs no lock.</summary>
    public async Task<ImportPreview> PreviewAsync(CancellationToken stop)
    {
        using var archive = await OpenAsync(stop).ConfigureAwait(false);
        var mapped = Mapped(archive, stop);
        _folders = await source.ListFoldersAsync(Account, stop).ConfigureAwait(false);
        bool reset = request.Resolve == ImportResolve.Reset;
        foreach (var folder in reset ? _folders.Where(f => _places.IsInScope(f, mapped)) : [])
        {
            await foreach (var _ in source.ListItemsAsync(Account, folder, stop).ConfigureAwait(false))
            {
                _counts.Removed++;
            }
        }

        foreach (var entry in archive.Items(stop))
        {
            await GuardAsync(entry, async () =>
            {
                var item = await PreparedItem.ReadAsync(entry, _places.Map(entry.Folder), _buffer, stop).ConfigureAwait(false);
                var live = reset ? LiveFolder.Empty : await FindLiveAsync(item.Folder, made: false, stop).ConfigureAwait(false);
                var found = Find(live, item);
                Count(found is null ? Outcome.Added : await WouldChangeAsync(live.Folder!, found, item, stop).ConfigureAwait(false) ? Outcome.Updated : Outcome.Skipped);
            }).ConfigureAwait(false);
        }

        return new ImportPreview(archive.Format, _total, _counts.Added, _counts.Skipped, _counts.Updated, _counts.Removed, _counts.Broken);
    }

    private enum Outcome
    {
        Added,
        Skipped,
        Updated,
        Broken,
    }

    private async Task<IArchiveReader> OpenAsync(CancellationToken stop)
    {
        var archive = ArchiveOpening.Open(request.Path, request.Format);
        try
        {
            await Target.EnsureAccountAsync(Account, create: false, stop).ConfigureAwait(false);
            _total = archive.Items(stop).LongCount();
            if (_total == 0 && request.Resolve == ImportResolve.Reset)
            {
                throw ArchiveErrors.Invalid(request.Path, "it has no item, and emptying the account for nothing is refused");
            }

            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Scans the account, and opens the backup that then has it.</summary>
    private async Task<BackupReader> SaveAsync(CancellationToken stop)
    {
        if (source.Editor is null)
        {
            throw Cannot();
        }

        var scanSink = new ScanSink(sink);
        await scan(scanSink, stop).ConfigureAwait(false);
        _scanTroubles = scanSink.Troubles;
        return OwnStore.Open(layout, sink);
    }

    private HashSet<string> Mapped(IArchiveReader archive, CancellationToken stop) =>
        archive.Folders(stop).Select(f => _places.Map(f).Path).ToHashSet(StringComparer.Ordinal);

    private async Task ImportAsync(IArchiveReader archive, CancellationToken stop)
    {
        _folders = await source.ListFoldersAsync(Account, stop).ConfigureAwait(false);
        if (request.Resolve == ImportResolve.Reset)
        {
            var mapped = Mapped(archive, stop);
            foreach (var folder in _folders.Where(f => _places.IsInScope(f, mapped)))
            {
                await EmptyAsync(folder, stop).ConfigureAwait(false);
            }
        }

        try
        {
            foreach (var folder in archive.Folders(stop))
            {
                stop.ThrowIfCancellationRequested();
                await GuardAsync(new ArchiveEntry(folder, $"{request.Path}, folder {folder.Path}", null), async () =>
                    await FindLiveAsync(_places.Map(folder), made: true, stop).ConfigureAwait(false)).ConfigureAwait(false);
            }

            foreach (var entry in archive.Items(stop))
            {
                stop.ThrowIfCancellationRequested();
                await GuardAsync(entry, () => ImportAsync(entry, stop)).ConfigureAwait(false);
                Progress();
            }
        }
        finally
        {
            await Target.FlushAsync(Account, CancellationToken.None).ConfigureAwait(false);
            _isDurable = true;
        }
    }

    private async ValueTask ImportAsync(ArchiveEntry entry, CancellationToken stop)
    {
        var item = await PreparedItem.ReadAsync(entry, _places.Map(entry.Folder), _buffer, stop).ConfigureAwait(false);
        var live = await FindLiveAsync(item.Folder, made: true, stop).ConfigureAwait(false);
        if (Find(live, item) is not { } found)
        {
            var added = await AddAsync(item, stop).ConfigureAwait(false);
            Count(added.AlreadyThere ? Outcome.Skipped : Outcome.Added);
            return;
        }

        bool changed = request.Resolve switch
        {
            ImportResolve.Modify => await _changes!.ModifyAsync(live.Folder!, found, item, stop).ConfigureAwait(false),
            ImportResolve.Replace => await _changes!.ReplaceAsync(live.Folder!, found, item, stop).ConfigureAwait(false),
            _ => false,
        };
        Count(changed ? Outcome.Updated : Outcome.Skipped);
    }

    private LiveItem? Find(LiveFolder live, PreparedItem item)
    {
        var found = live.Find(item, anySize: request.Resolve == ImportResolve.Replace);
        if (found is not null)
        {
            found.Claimed = true;
        }

        return found;
    }

    private async ValueTask<RestoredItem> AddAsync(PreparedItem item, CancellationToken stop)
    {
        var added = await Target.RestoreItemAsync(Account, item.Folder, item.Item, stop).ConfigureAwait(false);
        if (added.Note is { } note)
        {
            sink.Warning($"{item.Folder.Path}/{added.Key}: {note}");
        }

        _counts.Bytes += added.AlreadyThere ? 0 : item.State.Size;
        return added;
    }

    private async ValueTask EmptyAsync(SourceFolder folder, CancellationToken stop)
    {
        var items = new List<SourceItem>();
        await foreach (var item in source.ListItemsAsync(Account, folder, stop).ConfigureAwait(false))
        {
            items.Add(item);
        }

        foreach (var item in items)
        {
            stop.ThrowIfCancellationRequested();
            await GuardAsync(new ArchiveEntry(new RestoreFolder(folder.Path, folder.Kind, null, null), $"{folder.Path}/{item.Key}", null), async () =>
            {
                if (await _changes!.RemoveAsync(folder, item, stop).ConfigureAwait(false))
                {
                    _counts.Removed++;
                }
            }).ConfigureAwait(false);
            Progress();
        }
    }

    /// <param name="made">Make the folder when it is not there.</param>
    private async ValueTask<LiveFolder> FindLiveAsync(RestoreFolder folder, bool made, CancellationToken stop)
    {
        if (_live.TryGetValue((folder.Path, folder.Kind), out var known))
        {
            return known;
        }

        bool isNew = made && await Target.EnsureFolderAsync(Account, folder, stop).ConfigureAwait(false);
        _counts.Added += isNew ? 1 : 0;
        var there = isNew ? null : _folders.FirstOrDefault(f => f.Kind == folder.Kind && f.Path.Equals(folder.Path, Comparison(folder)));
        var live = there is null ? LiveFolder.Empty : await LiveFolder.ReadAsync(source, Account, there, stop).ConfigureAwait(false);
        foreach (string path in live.Unreadable)
        {
            sink.Warning($"{path} cannot be read: it is left as it is, and may be in the archive too.");
        }

        _live.Add((folder.Path, folder.Kind), live);
        return live;

        static StringComparison Comparison(RestoreFolder folder) =>
            folder.Path.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    }

    private async ValueTask<bool> WouldChangeAsync(SourceFolder folder, LiveItem live, PreparedItem item, CancellationToken stop) => request.Resolve switch
    {
        ImportResolve.Modify => LiveChanges.Differs(folder, live, item),
        ImportResolve.Replace => LiveChanges.Differs(folder, live, item) || !await LiveChanges.SameContentAsync(source, Account, folder, live, item, stop).ConfigureAwait(false),
        _ => false,
    };

    private async ValueTask GuardAsync(ArchiveEntry entry, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (MailBackupException e) when (e.ErrorId is not ErrorIds.SourceAccountNotFound)
        {
            Count(Outcome.Broken);
            sink.Trouble(new ItemTrouble(e.ErrorId, Account, null, entry.Place, e.Message));
        }
    }

    private void Count(Outcome outcome)
    {
        _counts.Items++;
        _ = outcome switch
        {
            Outcome.Added => _counts.Added++,
            Outcome.Updated => _counts.Updated++,
            Outcome.Skipped => _counts.Skipped++,
            _ => _counts.Broken++,
        };
    }

    private void Progress() => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Importing",
        Account = Account,
        ItemsDone = _counts.Items,
        ItemsTotal = _total,
        AccountsTotal = 1,
        BytesDone = _counts.Bytes,
    }));

    private OperationReport Report() => _counts.ToReport(_scanTroubles, _clock.Elapsed.TotalSeconds);

    private MailBackupException Cannot() => new(
        ErrorIds.SourceCannotRestore, $"{source.Description} lets no items be put back or changed.", "Import into a server that does.", source.Description);
}
