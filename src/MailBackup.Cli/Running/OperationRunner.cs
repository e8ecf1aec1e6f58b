using MailBackup.Operations;

namespace MailBackup.Cli.Running;

/// <summary>Queues an operation, waits for its turn, shows how far it is, and has it reported.</summary>
internal sealed class OperationRunner(Session session, BackupNode node)
{
    private readonly ProgressLine _line = new(session);
    private volatile Operation? _latest;

    /// <summary>Runs the operation and what should follow it.</summary>
    public int Run(OperationRequest request)
    {
        var ended = RunOne(node.Submit(request with { Notify = session.NotifyAddresses }));
        int code = OperationReporter.Report(session, ended);
        if (session.StoppedBySignal is null && node.SubmitFollowUp(ended) is { } next)
        {
            int following = OperationReporter.ReportFollowing(session, RunOne(next));
            code = code == ExitCode.Done ? following : code;
        }

        return code;
    }

    private Operation RunOne(Operation submitted)
    {
        using var stop = new StopSignals(session, () => _line.Show("Stopping; what has been reported is durable. Ctrl+C again ends at once."));
        _latest = submitted;
        var painter = StartPainting(submitted.Id);
        Operation ended;
        try
        {
            ended = node.RunAsync(submitted, o => _latest = o, stop.Token).GetAwaiter().GetResult();
        }
        finally
        {
            painter?.Dispose();
            _line.End();
        }

        return ended;
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
}
