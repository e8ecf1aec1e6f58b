using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>
/// Carries out the plan of one account. Nothing on the server is overwritten; what is there already is counted as skipped. One broken item costs that
/// item, and the report names it. An item counts as restored when it is durable.
/// </summary>
/// <param name="saving">One account at a time changes the backup.</param>
internal sealed class AccountRestore(
    AccountPlan plan, IRestoreSource source, IRestoreTarget target, IOperationSink sink, RestoreCounts counts, SemaphoreSlim saving)
{
    /// <summary>Items between two flushes: few enough to hold what was restored of them in memory, enough to make a sync cheap.</summary>
    private const int BatchItems = 8192;

    private readonly ConcurrentDictionary<(FolderKind Kind, string Path), Lazy<Task<bool>>> _folders = new();
    private readonly ConcurrentDictionary<string, bool> _notes = new(StringComparer.Ordinal);

    /// <summary>An error here is one of the account: its mailbox or its listing. What was restored before is counted and recorded.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await plan.PrepareAsync(stop).ConfigureAwait(false);
        await target.EnsureAccountAsync(plan.Target, plan.CreateTarget, stop).ConfigureAwait(false);
        try
        {
            await RestoreAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            target.EndAccount(plan.Target);
        }
    }

    private async Task RestoreAsync(CancellationToken stop)
    {
        var folders = plan.Folders((id, fault) => Fail(id, fault, null));
        if (plan.Count() is { } count)
        {
            counts.Expect(count + folders.Count);
        }

        await RestoreFoldersAsync(folders, stop).ConfigureAwait(false);
        foreach (var batch in plan.Items().Chunk(BatchItems))
        {
            await RestoreBatchAsync(batch, stop).ConfigureAwait(false);
        }

        await plan.FinishAsync().ConfigureAwait(false);
    }

    /// <summary>One after another: each is counted as what it was, not as what its children have made of it.</summary>
    private async Task RestoreFoldersAsync(IReadOnlyList<PlannedFolder> folders, CancellationToken stop)
    {
        var batch = folders.Select(f => new PlannedItem(f.Id, default, f.Folder) { IsFolder = true });
        var done = new ConcurrentBag<Done>();
        try
        {
            foreach (var folder in batch)
            {
                stop.ThrowIfCancellationRequested();
                await RestoreOneAsync(folder, done, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            await SettleAsync(done).ConfigureAwait(false);
        }
    }

    private async Task RestoreBatchAsync(PlannedItem[] batch, CancellationToken stop)
    {
        var done = new ConcurrentBag<Done>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = target.ItemsAtOnce, CancellationToken = stop };
        try
        {
            await Parallel.ForEachAsync(batch, parallel, (item, token) => RestoreOneAsync(item, done, token)).ConfigureAwait(false);
        }
        finally
        {
            await SettleAsync(done).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a batch durable and counts it; only then is it said to anybody.</summary>
    private async Task SettleAsync(ConcurrentBag<Done> done)
    {
        if (done.IsEmpty)
        {
            return;
        }

        try
        {
            await target.FlushAsync(plan.Target, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            foreach (var one in done)
            {
                counts.Unrestored(plan.Account, one.Id.Value);
            }

            throw;
        }

        foreach (var one in done)
        {
            if (one.AlreadyThere)
            {
                counts.Skipped();
            }
            else
            {
                counts.Restored(one.Bytes);
            }
        }

        if (plan.Record is { } record)
        {
            await saving.WaitAsync().ConfigureAwait(false);
            try
            {
                await record.SaveAsync().ConfigureAwait(false);
            }
            finally
            {
                saving.Release();
            }
        }

        sink.Report(counts.Report());
    }

    private async ValueTask RestoreOneAsync(PlannedItem item, ConcurrentBag<Done> done, CancellationToken token)
    {
        string? path = item.Folder.Path;
        try
        {
            if (item.Fault is { } fault)
            {
                path = null;
                throw fault;
            }

            if (item.LivesAlready)
            {
                counts.Skipped();
            }
            else if (item.IsFolder)
            {
                done.Add(new Done(item.Id, AlreadyThere: !await EnsureFolderAsync(item.Folder, token).ConfigureAwait(false), 0));
            }
            else
            {
                var state = source.ReadState(plan.SourceAccount, item);
                path += state.Subject.Length > 0 ? ": " + state.Subject : "";
                done.Add(await RestoreItemAsync(item, item.Adjust?.Invoke(state) ?? state, token).ConfigureAwait(false));
            }
        }
        catch (MailBackupException e) when (e.ErrorId != ErrorIds.SourceAccountNotFound)
        {
            Fail(item.Id, e, path);
        }
        catch (Exception e) when (e is not OperationCanceledException and not MailBackupException and not OutOfMemoryException and not Storage.Sqlite.SqliteFailure)
        {
            // Nothing that we know of; what we do not know must not cost the other items.
            Fail(item.Id, Unexpected(item, e), path);
        }

        counts.Seen();
        sink.Progress(counts.Progress(plan.Account));
    }

    private async ValueTask<Done> RestoreItemAsync(PlannedItem item, ItemState state, CancellationToken token)
    {
        await EnsureFolderAsync(item.Folder, token).ConfigureAwait(false);
        var restored = await target.RestoreItemAsync(
            plan.Target, item.Folder, new RestoreItem(state, _ => ValueTask.FromResult(source.OpenContent(state))), token).ConfigureAwait(false);
        if (restored.Note is { } note && _notes.TryAdd($"{item.Folder.Path}\0{note}", true))
        {
            sink.Warning($"{plan.Target}, {item.Folder.Path}, item {item.Id}: {note}");
        }

        plan.Record?.Restored(item, state, restored);
        return new Done(item.Id, restored.AlreadyThere, state.Size);
    }

    private Task<bool> EnsureFolderAsync(RestoreFolder folder, CancellationToken token) =>
        _folders.GetOrAdd((folder.Kind, folder.Path), _ => new(() => MakeFolderAsync(folder, token))).Value;

    private async Task<bool> MakeFolderAsync(RestoreFolder folder, CancellationToken token)
    {
        bool made = await target.EnsureFolderAsync(plan.Target, folder, token).ConfigureAwait(false);
        foreach (string lost in made ? await target.RestoreDetailsAsync(plan.Target, folder, token).ConfigureAwait(false) : [])
        {
            sink.Warning($"{plan.Target}, {folder.Path}: {lost}");
        }

        return made;
    }

    private void Fail(ItemId item, MailBackupException e, string? path)
    {
        counts.Unrestored(plan.Account, item.Value);
        sink.Trouble(new ItemTrouble(e.ErrorId, plan.Account, item.Value, path, e.Message));
    }

    private static MailBackupException Unexpected(PlannedItem item, Exception e) => new(
        ErrorIds.InternalError,
        $"Item {item.Id} met an unexpected error: {e.GetType().Name}: {e.Message}",
        "Restore it again; if it fails again, report this error.",
        item.Id.Value,
        e);

    private readonly record struct Done(ItemId Id, bool AlreadyThere, long Bytes);
}
