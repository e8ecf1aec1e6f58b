using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>A restore operation: one account after another.</summary>
internal sealed class RestoreRun(BackupLayout layout, IRestoreTarget target, RestoreRequest request, IOperationSink sink)
{
    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        if (request.Account is null && (request.Items.Count > 0 || request.To is not null))
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                "Item ids and a target account belong to one account.",
                "Name the account that they belong to with --account.");
        }

        var accounts = request.Account is { } one
            ? [one]
            : AccountRegistry.Load(layout).Stats.Values.Where(s => !s.Deleted).Select(s => s.Name).Order(StringComparer.Ordinal).ToList();
        var total = new OperationReport();
        foreach (string account in accounts)
        {
            stop.ThrowIfCancellationRequested();
            var before = total;
            var report = await new ItemRestore(layout, target, account, request, new Adding(sink, r => Sum(before, r))).RunAsync(stop).ConfigureAwait(false);
            total = Sum(total, report);
        }

        return total;
    }

    private static OperationReport Sum(OperationReport a, OperationReport b) => a with
    {
        Restored = a.Restored + b.Restored,
        Skipped = a.Skipped + b.Skipped,
        Unrestored = a.Unrestored + b.Unrestored,
        Errors = a.Errors + b.Errors,
        BytesRead = a.BytesRead + b.BytesRead,
        Seconds = Math.Round(a.Seconds + b.Seconds, 3),
    };

    /// <summary>Passes everything on; a partial report with what the accounts before have done.</summary>
    private sealed class Adding(IOperationSink inner, Func<OperationReport, OperationReport> add) : IOperationSink
    {
        public void Progress(OperationProgress progress) => inner.Progress(progress);

        public void Trouble(ItemTrouble trouble) => inner.Trouble(trouble);

        public void Warning(string message) => inner.Warning(message);

        public void Report(OperationReport partial) => inner.Report(add(partial));
    }
}
