using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary>Writes operations: as a table, or one with its whole report.</summary>
internal static class OperationOutput
{
    public static void Write(Session session, IReadOnlyList<Operation> operations)
    {
        if (session.Json)
        {
            foreach (var operation in operations)
            {
                session.Output.JsonLine(QueueJson.Write, operation);
            }

            return;
        }

        var table = new Table(
            session.Output, session.Width, new("id"), new("kind"), new("state"), new("started"), new("time", Right: true), new("result", Minimum: 16));
        foreach (var operation in operations)
        {
            table.Row(
                operation.Id.ToString()[..8],
                operation.Kind.ToString(),
                State(operation),
                ItemOutput.Date(session, operation.Started ?? operation.Queued),
                Time(session, operation),
                Result(operation));
        }

        table.Complete();
    }

    public static void WriteOne(Session session, Operation operation)
    {
        if (session.Json)
        {
            session.Output.JsonLine(QueueJson.Write, operation);
            return;
        }

        Line($"{operation.Kind} {operation.Id}");
        Line($"{State(operation)}; queued {ItemOutput.Date(session, operation.Queued)}, process {operation.ProcessId}");
        if (operation.Error is { } error)
        {
            Line($"{operation.ErrorId}: {error}");
        }

        if (operation.Report is not { } report)
        {
            if (operation.Progress is { } progress)
            {
                Line(ProgressText.Of(progress));
            }

            return;
        }

        foreach (string line in ReportText.Summary(operation.Kind, report))
        {
            Line(line);
        }

        foreach (var trouble in report.Troubles)
        {
            Line("  " + ReportText.Trouble(trouble));
        }

        long more = Math.Max(report.Errors, report.Unrestored) - report.Troubles.Count;
        if (more > 0)
        {
            Line($"  … and {Quantity.Count(more)} more, of which only the number was kept.");
        }

        void Line(string text) => session.Output.Line(TextCleaner.Clean(text));
    }

    private static string State(Operation operation) => operation switch
    {
        { Ended: null, StopRequested: true } => "stopping",
        { State: OperationState.Queued } => "waiting",
        { State: OperationState.Running } => "running",
        { State: OperationState.Completed } => "done",
        { State: OperationState.CompletedWithErrors } => "with errors",
        { State: OperationState.Failed } => "failed",
        { State: OperationState.Stopped } => "stopped",
        { State: OperationState.Interrupted } => "interrupted",
        _ => operation.State.ToString(),
    };

    private static string Time(Session session, Operation operation) => operation.Started is { } started
        ? Quantity.Time(Math.Max(0, ((operation.Ended ?? session.Host.Clock.GetUtcNow()) - started).TotalSeconds))
        : "";

    private static string Result(Operation operation) => operation switch
    {
        { Error: { } error } => error,
        { Report: { } report } => ReportText.Short(operation.Kind, report),
        { State: OperationState.Running, Progress: { } progress } => $"process {operation.ProcessId}: {ProgressText.Of(progress)}",
        { Ended: null } => $"process {operation.ProcessId}",
        _ => "",
    };
}
