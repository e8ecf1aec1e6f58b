using System.Globalization;
using MailBackup.Operations;

namespace MailBackup.Services;

/// <summary>Runs what is queued, by whomever. When the service stops, the running operation goes back to its place in the queue.</summary>
internal sealed class QueueWorker(BackupNode node, IServiceLog log)
{
    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            await node.WorkAsync(Started, Ended, token).ConfigureAwait(false);
            await Task.Delay(OperationRun.Poll, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Started(Operation operation) => log.Write(ServiceLogLevel.Information, $"{OperationNames.Words(operation.Kind)} {operation.Id} begins.");

    private void Ended(Operation operation)
    {
        string name = $"{OperationNames.Words(operation.Kind)} {operation.Id}";
        var report = operation.Report ?? new OperationReport();
        string counts = string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Added:N0} added, {report.Updated:N0} updated, {report.Deleted:N0} deleted, {report.Restored:N0} restored, {report.Errors:N0} errors in {report.Seconds:N1} s");
        switch (operation.State)
        {
            case OperationState.Completed:
                log.Write(ServiceLogLevel.Information, $"{name} is done: {counts}.");
                break;
            case OperationState.CompletedWithErrors:
                log.Write(ServiceLogLevel.Warning, $"{name} is done with errors: {counts}. {(report.Troubles is [var first, ..] ? first.Reason : "")}");
                break;
            default:
                log.Write(operation.State == OperationState.Stopped ? ServiceLogLevel.Information : ServiceLogLevel.Error, $"{name}: {operation.State}. {operation.Error}");
                break;
        }

        if (node.SubmitFollowUp(operation) is { } next)
        {
            log.Write(ServiceLogLevel.Information, $"{OperationNames.Words(next.Kind)} {next.Id} is queued to follow.");
        }
    }
}
