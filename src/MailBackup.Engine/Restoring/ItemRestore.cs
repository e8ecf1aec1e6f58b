using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// Puts items of one account back into the source, as they were at a moment, into their own folder or another, their own account or another.
/// Nothing on the server is overwritten; what is there already is counted as skipped. An item that the backup had flagged deleted lives on under its
/// own id. One broken item costs that item, and the report names it.
/// </summary>
/// <param name="saving">One part of a restore at a time changes the backup.</param>
internal sealed class ItemRestore(
    BackupLayout layout, IRestoreTarget target, string account, RestoreRequest request, IOperationSink sink, Lock saving)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Task<bool>>> _folders = new(StringComparer.Ordinal);
    private readonly System.Collections.Concurrent.ConcurrentQueue<RevivedItem> _revived = new();
    private long _restored, _skipped, _unrestored, _bytes, _total;

    private string TargetAccount => request.To ?? account;

    private bool IntoOwnAccount => string.Equals(TargetAccount, account, StringComparison.OrdinalIgnoreCase);

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        using (var reader = new BackupReader(layout, StoreReader.OpenCatalog(layout, sink.Warning)))
        {
            reader.Items.Find(account);
            await target.EnsureAccountAsync(TargetAccount, create: IntoOwnAccount, stop).ConfigureAwait(false);
            try
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
                foreach (var folder in WantedFolders(reader))
                {
                    stop.ThrowIfCancellationRequested();
                    await RestoreOneAsync(reader, folder, stop).ConfigureAwait(false);
                }

                await Parallel.ForEachAsync(Wanted(reader), parallel, (id, token) => RestoreOneAsync(reader, id, token)).ConfigureAwait(false);
            }
            finally
            {
                await target.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                sink.Report(Report());
            }
        }

        lock (saving)
        {
            new RevivedItems(layout, sink).Save(account, [.. _revived]);
        }

        return Report();
    }

    /// <summary>
    /// All folders of an account that is restored whole, parents first and one after another: each is counted as what it was, not as what its
    /// children have made of it.
    /// </summary>
    private List<ItemId> WantedFolders(BackupReader reader) => request.Items.Count > 0 || request.Folder is not null
        ? []
        : [.. reader.Items.List(Everything with { Type = ItemType.Folder }).OrderBy(f => f.Folder, StringComparer.Ordinal).Select(f => f.Id)];

    private IEnumerable<ItemId> Wanted(BackupReader reader)
    {
        if (request.Items.Count > 0)
        {
            _total = request.Items.Count;
            return request.Items.Distinct().Select(i => new ItemId(i));
        }

        return reader.Items.List(Everything).Where(i => i.Type != ItemType.Folder).Select(i => i.Id);
    }

    private ItemQuery Everything => new() { Accounts = [account], At = request.At };

    private async ValueTask RestoreOneAsync(BackupReader reader, ItemId id, CancellationToken token)
    {
        string? path = null;
        try
        {
            var (item, state) = reader.FindState(account, id, request.At);
            path = item.Folder + (item.Subject.Length > 0 ? ": " + item.Subject : "");
            if (item.Type == ItemType.Folder)
            {
                bool made = await EnsureFolderAsync(request.Folder ?? item.Folder, FolderState.KindOf(state), state, token).ConfigureAwait(false);
                Count(!made);
            }
            else
            {
                await RestoreItemAsync(reader, item, state, token).ConfigureAwait(false);
            }
        }
        catch (MailBackupException e) when (e.ErrorId is not (ErrorIds.SourceAccountNotFound or ErrorIds.AccountNotFound))
        {
            Interlocked.Increment(ref _unrestored);
            sink.Trouble(new ItemTrouble(e.ErrorId, account, id.Value, path, e.Message));
        }

        sink.Progress(_meter.Measure(new OperationProgress
        {
            Activity = "Restoring",
            Account = account,
            ItemsDone = Interlocked.Read(ref _restored) + Interlocked.Read(ref _skipped) + Interlocked.Read(ref _unrestored),
            ItemsTotal = _total > 0 ? _total : null,
            AccountsTotal = 1,
            BytesDone = Interlocked.Read(ref _bytes),
        }));
    }

    private async ValueTask RestoreItemAsync(BackupReader reader, BackupItem item, ItemState state, CancellationToken token)
    {
        var kind = KindOf(item.Type);
        ItemState? folderState = null;
        if (request.Folder is null)
        {
            folderState = FindFolder(reader, item, state);
        }

        string folderPath = request.Folder ?? item.Folder;
        await EnsureFolderAsync(folderPath, kind, folderState, token).ConfigureAwait(false);
        var folder = FolderFor(folderPath, kind, folderState);
        var restored = await target.RestoreItemAsync(
            TargetAccount, folder, new RestoreItem(state, _ => ValueTask.FromResult(reader.Content.Open(state))), token).ConfigureAwait(false);
        Count(restored.AlreadyThere);
        if (!restored.AlreadyThere)
        {
            Interlocked.Add(ref _bytes, state.Size);
        }

        if (IntoOwnAccount)
        {
            _revived.Enqueue(new RevivedItem(item.Id, folderPath, kind, state with { Key = restored.Key, Date = restored.Date }));
        }
    }

    /// <summary>The folder as it was when the item lay in it.</summary>
    private ItemState? FindFolder(BackupReader reader, BackupItem item, ItemState state)
    {
        if (state.Folder is not { } id)
        {
            return null;
        }

        try
        {
            return reader.FindState(account, id, request.At).State;
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.ItemNotFound)
        {
            return item.Folder.Length > 0 ? null : throw new MailBackupException(
                ErrorIds.FolderNotFound, $"The folder of item {item.Id} is not known.", "Name one to restore into with --folder.", item.Id.Value);
        }
    }

    private Task<bool> EnsureFolderAsync(string path, FolderKind kind, ItemState? state, CancellationToken token) =>
        _folders.GetOrAdd($"{kind}/{path}", _ => new(() => target.EnsureFolderAsync(TargetAccount, FolderFor(path, kind, state), token).AsTask())).Value;

    private static RestoreFolder FolderFor(string path, FolderKind kind, ItemState? state) =>
        new(path, kind, state is not null && state.Subject == path ? state.Key : null, state is null ? null : FolderState.SourceAttributes(state));

    private static FolderKind KindOf(ItemType type) => type switch
    {
        ItemType.Message => FolderKind.Mail,
        ItemType.Contact or ItemType.ContactGroup => FolderKind.Contacts,
        ItemType.Appointment or ItemType.Task => FolderKind.Calendar,
        _ => FolderKind.Files,
    };

    private void Count(bool skipped)
    {
        if (skipped)
        {
            Interlocked.Increment(ref _skipped);
        }
        else
        {
            Interlocked.Increment(ref _restored);
        }
    }

    private OperationReport Report() => new()
    {
        Restored = Interlocked.Read(ref _restored),
        Skipped = Interlocked.Read(ref _skipped),
        Unrestored = Interlocked.Read(ref _unrestored),
        Errors = Interlocked.Read(ref _unrestored),
        BytesRead = Interlocked.Read(ref _bytes),
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };
}
