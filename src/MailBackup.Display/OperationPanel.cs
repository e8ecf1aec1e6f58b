using System.Globalization;
using MailBackup.Operations;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MailBackup.Display;

/// <summary>The running operation with how far it is, what waits behind it, and what ended last.</summary>
internal static class OperationPanel
{
    private const int QueuedShown = 4;

    // Sign, the longest name of a kind, day and time, seconds, frame.
    private const int OutcomeBegins = 48;

    /// <param name="width">Columns of the whole view.</param>
    public static IRenderable Build(StatusSnapshot status, int width)
    {
        var rows = new List<IRenderable>();
        var running = status.Queue.Where(o => o.State == OperationState.Running).ToList();
        foreach (var operation in running)
        {
            rows.AddRange(Running(status, operation, width - 4));
        }

        var queued = status.Queue.Where(o => o.State == OperationState.Queued).ToList();
        foreach (var operation in queued.Take(QueuedShown))
        {
            rows.Add(StatusStyle.Line(
                ("· ", StatusStyle.Faint), (OperationNames.Words(operation.Kind), StatusStyle.Plain), ($"  waits for {StatusStyle.Span(status.Time - operation.Queued)}", StatusStyle.Faint)));
        }

        if (queued.Count > QueuedShown)
        {
            rows.Add(StatusStyle.Line(($"  and {Quantity.Count(queued.Count - QueuedShown)} more", StatusStyle.Faint)));
        }

        if (rows.Count == 0)
        {
            rows.Add(StatusStyle.Line(("Nothing runs, nothing waits.", StatusStyle.Faint)));
        }

        if (status.Recent.Count > 0)
        {
            rows.Add(new Rule { Style = StatusStyle.Faint });
            rows.Add(Recent(status, width));
        }

        return new Rows(rows);
    }

    private static IEnumerable<IRenderable> Running(StatusSnapshot status, Operation operation, int width)
    {
        var (sign, style) = StatusStyle.Of(operation.State);
        var progress = operation.Progress ?? new OperationProgress();
        string account = progress.AccountsTotal > 0
            ? $"  account {Quantity.Count(Math.Min(progress.AccountsDone + 1, progress.AccountsTotal))}/{Quantity.Count(progress.AccountsTotal)}" : "";
        yield return StatusStyle.Line(
            ($"{sign} ", style), (OperationNames.Words(operation.Kind), StatusStyle.Strong),
            (progress.Activity.Length > 0 ? $"  {progress.Activity.ToLowerInvariant()}" : "", StatusStyle.Faint), (account, StatusStyle.Faint),
            (progress.Account is { } name ? $"  {name}" : "", StatusStyle.Plain),
            (operation.StopRequested ? "  stopping" : "", StatusStyle.Warning));

        string counts = $"{Quantity.Count(progress.ItemsDone, "item", "items")}  {Quantity.Count((long)status.ItemsPerSecond)}/s  {Quantity.Size(status.BytesPerSecond)}/s  ";
        string time = progress.SecondsLeft is { } left ? $"{Quantity.Clock(left)} left"
            : operation.Started is { } started ? $"for {Quantity.Clock((status.Time - started).TotalSeconds)}" : "";
        string percent = progress.Percent is { } p ? string.Create(CultureInfo.InvariantCulture, $" {Math.Clamp(p, 0, 100),3:0} %  ") : "";
        int bar = Math.Min(40, width - 2 - counts.Length - time.Length - percent.Length);
        var (done, open) = progress.Percent is { } known && bar >= 8 ? StatusStyle.Bar(known, bar) : ("", "");
        yield return StatusStyle.Line(("  ", StatusStyle.Plain), (done, StatusStyle.Good), (open, StatusStyle.Faint), (percent, StatusStyle.Strong), (counts, StatusStyle.Plain), (time, StatusStyle.Faint));
    }

    private static Grid Recent(StatusSnapshot status, int width)
    {
        var grid = StatusView.Table(5);
        foreach (var operation in status.Recent)
        {
            var (sign, style) = StatusStyle.Of(operation.State);
            grid.AddRow(
                StatusStyle.Line((sign, style)), StatusStyle.Line((OperationNames.Words(operation.Kind), StatusStyle.Plain)),
                StatusStyle.Line((operation.Ended is { } ended ? StatusView.Local(status, ended, ended > status.Time.AddHours(-20) ? "HH:mm:ss" : "dd MMM HH:mm") : "", StatusStyle.Faint)),
                StatusStyle.Line((operation.Report is { } report ? Quantity.Time(report.Seconds) : "", StatusStyle.Faint)), StatusStyle.Line((Outcome(operation, width - OutcomeBegins), operation.Error is null ? StatusStyle.Plain : style)));
        }

        return grid;
    }

    private static string Outcome(Operation operation, int room)
    {
        if (operation.Error is { } error)
        {
            // 'mailbackup operations' has all of it.
            return error.Length > room ? error[..Math.Max(0, room - 1)] + "…" : error;
        }

        var report = operation.Report ?? new OperationReport();
        var counts = ((ReadOnlySpan<(string, long)>)
        [
            ("added", report.Added), ("updated", report.Updated), ("deleted", report.Deleted), ("restored", report.Restored), ("repaired", report.Repaired),
            ("skipped", report.Skipped), ("unrestored", report.Unrestored), ("checked", report.Checked), ("errors", report.Errors),
        ]).ToArray().Where(c => c.Item2 > 0).Select(c => $"{Quantity.Count(c.Item2)} {c.Item1}").ToList();
        return counts.Count > 0 ? string.Join(", ", counts) : "nothing to do";
    }
}
