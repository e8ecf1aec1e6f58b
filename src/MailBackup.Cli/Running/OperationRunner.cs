using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Operations;

namespace MailBackup.Cli.Running;

/// <summary>Queues an operation, waits for its turn, shows how far it is, and says what it did.</summary>
internal sealed class OperationRunner(Session session, BackupNode node)
{
    private const int TroublesShown = 20;
    private readonly ProgressLine _line = new(session);
    private volatile Operation? _latest;

    public async Task<int> RunAsync(OperationRequest request)
    {
        using var stop = new StopSignals(session, () => _line.Show("Stopping; what has been reported is durable. Ctrl+C again ends at once."));
        var submitted = node.Submit(request);
        _latest = submitted;
        var painter = StartPainting(submitted.Id);
        Operation ended;
        try
        {
            ended = await node.RunAsync(submitted, o => _latest = o, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            if (painter is not null)
            {
                await painter.DisposeAsync().ConfigureAwait(false);
            }

            _line.Clear();
        }

        int code = Outcome(ended);
        session.OutcomeOfClosedPipe = code;
        Report(ended, code);
        return code;
    }

    /// <summary>
    /// A timer samples the latest value: a quick operation is over before the first line, and a slow terminal never holds up the work.
    /// </summary>
    private Timer? StartPainting(Guid id)
    {
        if (!_line.Enabled)
        {
            return null;
        }

        var period = TimeSpan.FromMilliseconds(200);
        return new Timer(_ => Paint(id), null, period, period);
    }

    private void Paint(Guid id)
    {
        if (session.StoppedBySignal is not null)
        {
            return;
        }

        if (_latest is { State: OperationState.Running, Progress: { } progress })
        {
            _line.Show(ProgressText.Of(progress));
        }
        else if (_latest is { State: OperationState.Queued })
        {
            ShowTurn(id);
        }
    }

    private void ShowTurn(Guid id)
    {
        try
        {
            if (ProgressText.Waiting(id, node.Operations.List()) is { } waiting)
            {
                _line.Show(waiting);
            }
        }
        catch (MailBackupException)
        {
            // Only a line less to look at; what is wrong with the queue, the wait itself will tell.
        }
    }

    private int Outcome(Operation operation) => operation.State switch
    {
        OperationState.Completed => ExitCode.Done,
        OperationState.CompletedWithErrors => ExitCode.DoneWithErrors,
        OperationState.Stopped => session.StoppedBySignal ?? ExitCode.Failed,
        OperationState.Failed => ExitCode.Of(new MailBackupException(operation.ErrorId ?? ErrorIds.InternalError, operation.Error ?? "", "")),
        _ => ExitCode.Failed,
    };

    private void Report(Operation operation, int code)
    {
        if (session.Json)
        {
            session.Output.JsonLine(ReportJson.Write, operation);
        }
        else if (operation.Report is { } report)
        {
            ReportTroubles(operation, report);
            foreach (string line in ReportText.Summary(operation.Kind, report))
            {
                session.Say(line);
            }
        }

        session.Output.Flush();
        switch (operation.State)
        {
            case OperationState.Completed or OperationState.CompletedWithErrors:
                break;
            case OperationState.Stopped:
                session.ReportError(
                    ErrorIds.OperationStopped,
                    code == ExitCode.Failed
                        ? "The operation was stopped by somebody else. Everything reported is durable; run it again to go on from there."
                        : "Stopped. Everything reported is durable; run it again to go on from there.");
                break;
            case OperationState.Interrupted:
                session.ReportError(
                    ErrorIds.OperationInterrupted,
                    "The process that ran the operation has died. Everything reported is durable; run it again to go on from there.");
                break;
            default:
                session.ReportError(
                    operation.ErrorId ?? ErrorIds.InternalError,
                    operation.Error ?? $"The operation ended as {operation.State}. See mailbackup operations --history.");
                break;
        }
    }

    private void ReportTroubles(Operation operation, OperationReport report)
    {
        foreach (var trouble in report.Troubles.Take(TroublesShown))
        {
            session.Warn(ReportText.Trouble(trouble));
        }

        long more = Math.Max(report.Errors, report.Troubles.Count) - Math.Min(report.Troubles.Count, TroublesShown);
        if (more > 0)
        {
            string id = operation.Id.ToString()[..8];
            session.Warn(string.Create(CultureInfo.InvariantCulture, $"… and {more} more; see mailbackup operations --history --id {id}"));
        }
    }
}
