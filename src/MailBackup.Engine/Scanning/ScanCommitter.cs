using System.Diagnostics;
using System.Threading.Channels;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Takes the jobs of a scan in order, turns them into transactions and commits them batch by batch. The only one who appends to the accounts that its pipeline has
/// the leases of; they go back when all that was appended is durable.
/// </summary>
internal sealed class ScanCommitter(
    ScanStore store, ScanCounts counts, ScanOptions options, IOperationSink sink, Stopwatch clock, AccountLeases.Holder leases) : IDisposable
{
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(2);

    private readonly HashSet<ScanAccount> _touched = [];
    private readonly HashSet<ScanAccount> _complete = [];
    private readonly HashSet<ScanAccount> _left = [];
    private readonly MassChangeGuard _guard = new(store.Layout, options, sink);
    private TimeSpan _lastCommit = clock.Elapsed;
    private StoreBatch? _batch;

    /// <summary>Runs until the lister is done. What was taken before an error or a stop is committed by the caller.</summary>
    public async Task RunAsync(ChannelReader<ScanJob> jobs, CancellationToken token)
    {
        while (await OrCommitAsync(jobs.WaitToReadAsync(token).AsTask(), token).ConfigureAwait(false))
        {
            while (jobs.TryRead(out var job))
            {
                await TakeAsync(job, token).ConfigureAwait(false);
                if (Batch.Transactions.Count >= options.BatchTransactions || clock.Elapsed - _lastCommit > BatchTime)
                {
                    Commit();
                }
            }
        }

        Commit();
    }

    public void Dispose() => _batch?.Dispose();

    /// <summary>Makes everything taken so far durable and reports it.</summary>
    public void Commit()
    {
        if (store.IsOpen)
        {
            Batch.Commit();
            foreach (var account in _touched)
            {
                account.ToStat(_complete.Contains(account), options.Continuous).Write(store.Layout, account.Id);
            }
        }

        foreach (var account in _left)
        {
            leases.Release(account.Id);
        }

        _touched.Clear();
        _complete.Clear();
        _left.Clear();
        _lastCommit = clock.Elapsed;
        counts.MakeDurable();
        sink.Report(counts.ToReport(store.BytesStored, clock.Elapsed.TotalSeconds));
    }

    private StoreBatch Batch => _batch ??= store.Writer.BeginBatch();

    /// <summary>Waits, and makes meanwhile durable what would else wait with it: one slow mail must not keep those before it, and their accounts.</summary>
    private async ValueTask<T> OrCommitAsync<T>(Task<T> task, CancellationToken token)
    {
        while (!task.IsCompleted && _touched.Count > 0)
        {
            var left = BatchTime - (clock.Elapsed - _lastCommit);
            if (left > TimeSpan.Zero)
            {
                await ((Task)task).WaitAsync(left, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                token.ThrowIfCancellationRequested();
            }
            else
            {
                Commit();
            }
        }

        return await task.WaitAsync(token).ConfigureAwait(false);
    }

    private async ValueTask TakeAsync(ScanJob job, CancellationToken token)
    {
        var fetched = job.Kind == ScanJobKind.Content ? await OrCommitAsync(job.Fetched!.Task, token).ConfigureAwait(false) : null;
        if (job.Kind == ScanJobKind.AccountBroken)
        {
            Leave(job.Account);
            return;
        }

        _touched.Add(job.Account);
        switch (job.Kind)
        {
            case ScanJobKind.Folder:
                Append(job.Account, job.Folder, job.State);
                job.Account.PendingFolders.TryRemove(job.Folder.Value, out _);
                Count(job.IsNew);
                break;
            case ScanJobKind.Metadata:
                Move(job.Account, job.Known!.Folder, job.Folder);
                Append(job.Account, job.Known.Id, job.State);
                counts.Updated();
                break;
            case ScanJobKind.Content:
                TakeContent(job, fetched!);
                break;
            case ScanJobKind.Copy:
                TakeNew(job.Account, job.Folder, job.State!);
                break;
            case ScanJobKind.Unlisted:
                TakeUnlisted(job.Account, job.Folder, job.Trouble!);
                break;
            case ScanJobKind.AccountEnd:
                End(job.Account);
                _left.Add(job.Account);
                break;
        }
    }

    /// <summary>Not touched by that: it may have told of folders that were never queued.</summary>
    private void Leave(ScanAccount account)
    {
        if (_touched.Contains(account))
        {
            _left.Add(account);
        }
        else
        {
            leases.Release(account.Id);
        }
    }

    private void TakeContent(ScanJob job, FetchedContent fetched)
    {
        var account = job.Account;
        if (fetched.Trouble is { } trouble)
        {
            account.Troubled.Add(job.Folder);
            account.DeletionsPostponed |= job.Known is null && account.Missing.Count > 0;
            TakeTrouble(new ItemTrouble(trouble.ErrorId, account.Name, job.Known?.Id.Value, trouble.Path, trouble.Reason));
            return;
        }

        if (fetched.Stored is not { } stored)
        {
            // It went away between listing and reading: the folder's token has changed with it, so the next scan looks again.
            if (job.Known is { } gone)
            {
                account.Missing.TryAdd(gone.Id, gone);
                account.Troubled.Add(job.Folder);
                account.DeletionsPostponed = true;
            }

            return;
        }

        stored.Wait();
        var moved = job.Known is null ? FindMoved(account, stored.Digest) : null;
        var known = job.Known ?? moved;
        var state = StateOf(job.Folder, stored, fetched.Item!);
        if (known is null)
        {
            TakeNew(account, job.Folder, state);
        }
        else if (moved is null && IsSame(known, state))
        {
            counts.Unchanged(1);
        }
        else
        {
            if (known.Digest != state.Digest)
            {
                account.Change = account.Change with { Rewritten = account.Change.Rewritten + 1 };
            }

            Move(account, known.Folder, job.Folder);
            Append(account, known.Id, state);
            counts.Updated();
        }
    }

    private void TakeNew(ScanAccount account, ItemId folder, ItemState state)
    {
        account.ItemCounts[folder] = account.ItemCounts.GetValueOrDefault(folder) + 1;
        Append(account, account.TakeItemId(), state);
        counts.Added();
    }

    /// <summary>What went away elsewhere may lie in the folder that nobody could look into, so nothing of the account is flagged deleted this time.</summary>
    private void TakeUnlisted(ScanAccount account, ItemId folder, FolderReadException trouble)
    {
        account.Troubled.Add(folder);
        account.DeletionsPostponed = true;
        TakeTrouble(new ItemTrouble(trouble.ErrorId, account.Name, folder.Value, trouble.Path, trouble.Reason));
    }

    private void TakeTrouble(ItemTrouble trouble)
    {
        counts.Error();
        sink.Trouble(trouble);
        if (options.ReadErrorThreshold > 0 && counts.Errors >= options.ReadErrorThreshold)
        {
            throw new MailBackupException(
                ErrorIds.ReadErrorThresholdReached,
                $"The scan gave up after {counts.Errors} read errors, the last at {trouble.Path}.",
                "Look at the device of the mail server; what was saved so far stays saved. Raise --read-error-threshold to go on past more errors.",
                trouble.Path);
        }
    }

    /// <summary>An item that no folder lists any more and that has this very content: the new one is it, moved under another name.</summary>
    private static KnownItem? FindMoved(ScanAccount account, Digest digest)
    {
        if (account.Missing.Count == 0)
        {
            return null;
        }

        if (account.MissingByDigest is null)
        {
            account.MissingByDigest = [];
            foreach (var item in account.Missing.Values)
            {
                if (item.Digest is { } key)
                {
                    (account.MissingByDigest.TryGetValue(key, out var queue) ? queue : account.MissingByDigest[key] = []).Enqueue(item.Id);
                }
            }
        }

        return account.MissingByDigest.TryGetValue(digest, out var ids) && ids.TryDequeue(out var id) && account.Missing.Remove(id, out var moved)
            ? moved
            : null;
    }

    private void End(ScanAccount account)
    {
        if (account.DeletionsPostponed)
        {
            account.Troubled.UnionWith(account.Missing.Values.Select(i => i.Folder));
            foreach (var folder in account.VanishedFolders)
            {
                account.Folders.Add(folder with { Token = null });
            }
        }
        else
        {
            account.Change = account.Change with { Deleted = account.Change.Deleted + account.Missing.Count };
            foreach (var item in account.Missing.Values.OrderBy(i => i.Id))
            {
                Move(account, item.Folder, null);
                Append(account, item.Id, null);
                counts.Deleted();
            }

            foreach (var folder in account.VanishedFolders)
            {
                Append(account, new ItemId(folder.Id), null);
                counts.Deleted();
            }
        }

        account.Missing.Clear();
        _guard.Judge(account);
        _complete.Add(account);
    }

    private void Append(ScanAccount account, ItemId item, ItemState? state) =>
        Batch.Append(account.Journal, item, state, TransactionLine.Truncate(DateTimeOffset.UtcNow));

    private void Count(bool isNew)
    {
        if (isNew)
        {
            counts.Added();
        }
        else
        {
            counts.Updated();
        }
    }

    private static void Move(ScanAccount account, ItemId from, ItemId? to)
    {
        account.ItemCounts[from] = account.ItemCounts.GetValueOrDefault(from) - 1;
        if (to is { } folder)
        {
            account.ItemCounts[folder] = account.ItemCounts.GetValueOrDefault(folder) + 1;
        }
    }

    private static ItemState StateOf(ItemId folder, StoredContent stored, SourceItem item) => new()
    {
        Type = stored.Summary.Type,
        Folder = folder,
        Subject = stored.Summary.Subject,
        From = stored.Summary.From,
        Flags = item.Flags,
        Tags = item.Tags,
        Date = item.Date,
        Size = stored.Size,
        Digest = stored.Digest,
        Header = stored.Header,
        Body = stored.Body,
        Key = item.Key,
        Attributes = item.Attributes,
    };

    private static bool IsSame(KnownItem known, ItemState state) =>
        known.Digest == state.Digest && known.Flags == state.Flags && known.Folder == state.Folder && known.Date == state.Date
        && (known.Tags ?? "") == string.Join('\n', state.Tags);
}
