using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Operations;

namespace MailBackup.Cli.Running;

/// <summary>
/// Says what an ended operation did: counts on standard output, what failed on standard error (within the report, where that is JSON), and
/// the exit code that follows from it.
/// </summary>
internal static class OperationReporter
{
    private const int TroublesShown = 20;

    /// <returns>The exit code.</returns>
    public static int Report(Session session, Operation operation)
    {
        int code = Outcome(session, operation);
        session.OutcomeOfClosedPipe = code;
        if (session.Json)
        {
            session.Output.JsonLine(ReportJson.Write, operation);
        }

        Say(session, operation, code);
        return code;
    }

    /// <summary>
    /// Reports an operation that followed the one asked for. With --json its line is left out: the one line is the report of what was asked for.
    /// </summary>
    /// <returns>The exit code: what was asked for is done, whatever becomes of what followed.</returns>
    public static int ReportFollowing(Session session, Operation operation)
    {
        int code = Outcome(session, operation);
        code = code == ExitCode.Done || session.StoppedBySignal is not null ? code : ExitCode.DoneWithErrors;
        session.OutcomeOfClosedPipe = code;
        Say(session, operation, code);
        return code;
    }

    private static void Say(Session session, Operation operation, int code)
    {
        if (!session.Json && operation.Report is { } report)
        {
            WriteTroubles(session, operation, report);
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

    private static void WriteTroubles(Session session, Operation operation, OperationReport report)
    {
        foreach (var trouble in report.Troubles.Take(TroublesShown))
        {
            session.Warn(ReportText.Trouble(trouble));
        }

        long more = Math.Max(Math.Max(report.Errors, report.Unrestored), report.Troubles.Count) - Math.Min(report.Troubles.Count, TroublesShown);
        if (more > 0)
        {
            string id = operation.Id.ToString()[..8];
            session.Warn(string.Create(CultureInfo.InvariantCulture, $"… and {more} more; see mailbackup operations --history --id {id}"));
        }
    }

    private static int Outcome(Session session, Operation operation) => operation.State switch
    {
        OperationState.Completed => ExitCode.Done,
        OperationState.CompletedWithErrors => ExitCode.DoneWithErrors,
        OperationState.Stopped => session.StoppedBySignal ?? ExitCode.Failed,
        OperationState.Failed => ExitCode.Of(new MailBackupException(operation.ErrorId ?? ErrorIds.InternalError, operation.Error ?? "", "")),
        _ => ExitCode.Failed,
    };
}
