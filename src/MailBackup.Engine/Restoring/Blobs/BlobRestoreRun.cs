using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Blobs;

/// <summary>
/// An operation that puts back content that the server has lost. An item keeps its name, flags and place; nothing is written to the backup, for the item
/// is as the backup has it.
/// </summary>
internal sealed class BlobRestoreRun(BackupLayout layout, IMailSource source, BlobRestoreRequest request, IOperationSink sink)
{
    /// <summary>Items between two flushes.</summary>
    private const int BatchItems = 256;

    private RestoreCounts _counts = new(0);
    private long _checked;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var target = source.RestoreTarget ?? throw Cannot();
        var editor = source.Editor ?? throw Cannot();
        using var reader = OwnStore.Open(layout, sink);
        var accounts = Choose(reader, request);
        _counts = new RestoreCounts(accounts.Count);
        foreach (var id in accounts)
        {
            string account = reader.Registry.Stats[id].Name;
            OwnStore.TellDamage(reader, id, sink);
            try
            {
                await RestoreAsync(reader, target, editor, id, account, stop).ConfigureAwait(false);
            }
            catch (MailBackupException e) when (accounts.Count > 1 && e.InnerException is not Storage.Sqlite.SqliteFailure)
            {
                _counts.AccountFailed(account);
                sink.Trouble(new ItemTrouble(e.ErrorId, account, null, null, e.Problem));
            }

            _counts.AccountDone();
            sink.Report(Report());
        }

        return Report();
    }

    /// <summary>What a run would put back now; changes nothing.</summary>
    public static async IAsyncEnumerable<LostContent> PlanAsync(
        BackupReader reader, IMailSource source, BlobRestoreRequest request, Action<ItemTrouble> trouble,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        foreach (var id in Choose(reader, request))
        {
            await foreach (var loss in new LossSurvey(reader, source, request, trouble).FindAsync(id, token).ConfigureAwait(false))
            {
                yield return loss.Content;
            }
        }
    }

    private static List<Guid> Choose(BackupReader reader, BlobRestoreRequest request)
    {
        if (request.Items.Count > 0 && request.Accounts.Count != 1)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "Item ids belong to one account.", "Name the account that they belong to.");
        }

        return request.Accounts.Count > 0
            ? [.. request.Accounts.Distinct(StringComparer.OrdinalIgnoreCase).Select(reader.Items.Find)]
            : [.. reader.Registry.Stats.Where(s => !s.Value.Deleted).OrderBy(s => s.Value.Name, StringComparer.Ordinal).Select(s => s.Key)];
    }

    private async Task RestoreAsync(BackupReader reader, IRestoreTarget target, IMailboxEditor editor, Guid id, string account, CancellationToken stop)
    {
        void Trouble(ItemTrouble trouble)
        {
            if (trouble.Item is { } item)
            {
                _counts.Unrestored(account, item);
            }
            else
            {
                // A folder: which of its items have lost their content is not known.
                _counts.AccountFailed(account);
            }

            sink.Trouble(trouble);
        }

        var survey = new LossSurvey(reader, source, request, Trouble);
        var done = new List<Loss>();
        try
        {
            await foreach (var loss in survey.FindAsync(id, stop).ConfigureAwait(false))
            {
                if (await PutBackAsync(reader, target, editor, id, loss, stop).ConfigureAwait(false))
                {
                    done.Add(loss);
                }

                sink.Progress(_counts.Progress(account));
                if (done.Count == BatchItems)
                {
                    await SettleAsync(target, done).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _checked += survey.Checked;
            await SettleAsync(target, done).ConfigureAwait(false);
        }
    }

    private async Task<bool> PutBackAsync(BackupReader reader, IRestoreTarget target, IMailboxEditor editor, Guid id, Loss loss, CancellationToken stop)
    {
        var lost = loss.Content;
        try
        {
            var state = reader.ReadState(id, loss.Place);
            var item = new RestoreItem(state, _ => ValueTask.FromResult(reader.Content.Open(state)));
            _counts.Seen();
            if (loss.There is var (folder, there))
            {
                return await editor.RepairContentAsync(lost.Account, folder, there, item, stop).ConfigureAwait(false) ?? Gone(lost);
            }

            await target.EnsureFolderAsync(lost.Account, loss.Folder, stop).ConfigureAwait(false);
            await target.RestoreItemAsync(lost.Account, loss.Folder, item, stop).ConfigureAwait(false);
            return true;
        }
        catch (MailBackupException e) when (e.ErrorId != ErrorIds.SourceAccountNotFound && e.InnerException is not Storage.Sqlite.SqliteFailure)
        {
            _counts.Unrestored(lost.Account, lost.Id.Value);
            sink.Trouble(new ItemTrouble(e.ErrorId, lost.Account, lost.Id.Value, $"{lost.Folder}/{lost.Key}", e.Problem));
            return false;
        }
    }

    /// <summary>It was changed or removed between the look and the repair, so it is no longer what was lost.</summary>
    private bool Gone(LostContent lost)
    {
        _counts.Skipped();
        sink.Warning($"{lost.Account}, {lost.Folder}/{lost.Key}: it changed meanwhile and was left alone.");
        return false;
    }

    private async Task SettleAsync(IRestoreTarget target, List<Loss> done)
    {
        if (done.Count == 0)
        {
            return;
        }

        // Whatever comes of it, this batch is settled: what a failed flush leaves open must not be counted a second time.
        var batch = done.ToList();
        done.Clear();
        try
        {
            await target.FlushAsync(null, CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            batch.ForEach(l => _counts.Unrestored(l.Content.Account, l.Content.Id.Value));
            throw;
        }

        batch.ForEach(l => _counts.Restored(l.Content.Size));
        sink.Report(Report());
    }

    private OperationReport Report() => _counts.Report() with { Checked = _checked };

    private MailBackupException Cannot() => new(
        ErrorIds.SourceCannotRestore, $"{source.Description} takes no content back.", "Export the items instead.", source.Description);
}
