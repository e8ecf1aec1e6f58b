using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>Turns the jobs of a scan, in order, into transactions. Decides what is new, moved, rewritten or gone.</summary>
internal sealed class ScanRecorder(BackupLayout layout, ScanCounts counts, ScanOptions options, IOperationSink sink)
{
    private readonly MassChangeGuard _guard = new(layout, options, sink);

    /// <param name="fetched">The content that the job asked for; null when it asked for none.</param>
    public void Record(StoreBatch batch, ScanJob job, FetchedContent? fetched)
    {
        switch (job.Kind)
        {
            case ScanJobKind.Folder:
                Append(batch, job.Account, job.Folder, job.State);
                job.Account.PendingFolders.TryRemove(job.Folder.Value, out _);
                Count(job.IsNew);
                break;
            case ScanJobKind.Metadata:
                Move(job.Account, job.Known!.Folder, job.Folder);
                Append(batch, job.Account, job.Known.Id, job.State);
                counts.Updated();
                break;
            case ScanJobKind.Content:
                TakeContent(batch, job, fetched!);
                break;
            case ScanJobKind.Copy:
                TakeNew(batch, job.Account, job.Folder, job.State!);
                break;
            case ScanJobKind.Unlisted:
                TakeUnlisted(job.Account, job.Folder, job.Trouble!);
                break;
            case ScanJobKind.AccountEnd:
                End(batch, job.Account);
                break;
        }
    }

    private void TakeContent(StoreBatch batch, ScanJob job, FetchedContent fetched)
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
            TakeNew(batch, account, job.Folder, state);
        }
        else if (moved is null && !job.KeyIsNew && IsSame(known, state))
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
            Append(batch, account, known.Id, state);
            counts.Updated();
        }
    }

    private void TakeNew(StoreBatch batch, ScanAccount account, ItemId folder, ItemState state)
    {
        account.ItemCounts[folder] = account.ItemCounts.GetValueOrDefault(folder) + 1;
        Append(batch, account, account.TakeItemId(), state);
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

    private void End(StoreBatch batch, ScanAccount account)
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
                Append(batch, account, item.Id, null);
                counts.Deleted();
            }

            foreach (var folder in account.VanishedFolders)
            {
                Append(batch, account, new ItemId(folder.Id), null);
                counts.Deleted();
            }
        }

        account.Missing.Clear();
        _guard.Judge(account);
    }

    private static void Append(StoreBatch batch, ScanAccount account, ItemId item, ItemState? state) =>
        batch.Append(account.Journal, item, state, TransactionLine.Truncate(DateTimeOffset.UtcNow));

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
