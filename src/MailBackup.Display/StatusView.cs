using System.Globalization;
using MailBackup.Health;
using MailBackup.Realtime;
using MailBackup.Services;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MailBackup.Display;

/// <summary>A snapshot as people look at it: service and realtime, operations, schedule, health. From 60 columns on.</summary>
public static class StatusView
{
    /// <summary>From here on panels stand side by side.</summary>
    private const int Wide = 110;

    /// <summary>Columns where nobody says how many there are.</summary>
    public const int DefaultWidth = 100;

    /// <param name="width">Columns that there are.</param>
    public static IRenderable Build(StatusSnapshot status, int width)
    {
        ArgumentNullException.ThrowIfNull(status);
        int half = width >= Wide ? width / 2 : width;
        var rows = new List<IRenderable> { Head(status, width) };
        rows.AddRange(Pair(width, Panel("Service", Service(status)), Panel("Realtime", Realtime(status, half))));
        rows.Add(Panel("Operations", OperationPanel.Build(status, width)));
        rows.AddRange(Pair(width, Panel("Schedule", Schedule(status)), Panel("Health", HealthPanel.Build(status))));
        return new Rows(rows);
    }

    private static Paragraph Head(StatusSnapshot status, int width)
    {
        const string Name = " MailBackup  ";
        var (sign, style) = status.Health is { } health ? StatusStyle.Of(health.Status) : ("…", StatusStyle.Faint);
        string time = Local(status, status.Time, "yyyy-MM-dd HH:mm:ss");
        string state = $"  {sign} {status.Health?.Status.ToString().ToLowerInvariant() ?? "looking"} ";
        int room = Math.Max(8, width - Name.Length - time.Length - state.Length - 1);
        string path = TextCleaner.Clean(status.Path);

        // Of a long path the end tells more.
        path = path.Length > room ? "…" + path[^(room - 1)..] : path;
        return StatusStyle.Line((Name, StatusStyle.Strong), (path.PadRight(room + 1), StatusStyle.Accent), (time, StatusStyle.Faint), (state, style));
    }

    private static Rows Service(StatusSnapshot status)
    {
        var service = status.Service;
        var (text, style) = StatusStyle.Of(service.State);
        var first = service.ProcessId is { } process
            ? StatusStyle.Line((text, style), (FormattableString.Invariant($"  process {process} of {service.User}{(service.Supervised ? ", under systemd" : "")}"), StatusStyle.Plain))
            : StatusStyle.Line((text, style), ("  nothing is done by itself", StatusStyle.Faint));
        var second = service is { ProcessId: not null, Started: { } started }
            ? StatusStyle.Line(("up ", StatusStyle.Faint), (StatusStyle.Span(status.Time - started), StatusStyle.Plain), ($"   version {service.Version}", StatusStyle.Faint))
            : StatusStyle.Line((status.Words("'mailbackup service start' starts it."), StatusStyle.Faint));
        return new Rows(first, second);
    }

    private static Rows Realtime(StatusSnapshot status, int width)
    {
        var realtime = status.Service.Realtime;
        var (text, style) = realtime.Wait is { } wait
            ? ($"◐ waits for {wait.Operation} since {StatusStyle.Span(status.Time - wait.Since)}", StatusStyle.Warning) : StatusStyle.Of(realtime.State, status.RealtimeEnabled);
        var rows = new List<IRenderable>
        {
            StatusStyle.Line((text, style), (realtime.Watches > 0 ? $"  {Quantity.Count(realtime.Watches, "watch", "watches")}" : "", StatusStyle.Faint)),
        };
        if (realtime.State is not RealtimeState.Stopped)
        {
            var lag = realtime.LagSeconds > 60 ? StatusStyle.Bad : realtime.LagSeconds > 2 ? StatusStyle.Warning : StatusStyle.Good;
            rows.Add(StatusStyle.Line(
                ("lag ", StatusStyle.Faint), (Quantity.Time(realtime.LagSeconds), lag), ("   pending ", StatusStyle.Faint), (Quantity.Count(realtime.Pending), StatusStyle.Plain),
                ("   saved ", StatusStyle.Faint), (Quantity.Count(realtime.Changes), StatusStyle.Plain)));
            if (status.ChangeRates is { Count: > 0 } rates)
            {
                rows.Add(StatusStyle.Line(
                    (StatusStyle.Spark(rates, Math.Min(30, width - 30)), StatusStyle.Accent), ($" {Quantity.Count((long)rates[^1])} changes/s", StatusStyle.Plain)));
            }
        }

        if (realtime.Warning is { } warning)
        {
            rows.Add(StatusStyle.Line(("! ", StatusStyle.Warning), (warning, StatusStyle.Warning)));
        }

        return new Rows(rows);
    }

    private static Rows Schedule(StatusSnapshot status)
    {
        var grid = Table(3);
        var notes = new List<IRenderable>();
        foreach (var entry in status.Schedule)
        {
            string next = entry.NextRun is { } run ? Local(status, run, "ddd dd MMM HH:mm") : entry.Enabled ? "never" : "off";
            string wait = entry.NextRun is { } at ? $"in {StatusStyle.Span(at - status.Time)}" : "";
            grid.AddRow(
                StatusStyle.Line((entry.Operation.ToString(), entry.Enabled ? StatusStyle.Plain : StatusStyle.Faint)),
                StatusStyle.Line((next, entry.NextRun is null ? StatusStyle.Faint : StatusStyle.Plain)), StatusStyle.Line((wait, StatusStyle.Faint)));
            if (entry.Missed is { } missed)
            {
                notes.Add(StatusStyle.Line(($"! {entry.Operation} was missed at {Local(status, missed, "dd MMM HH:mm")}", StatusStyle.Warning)));
            }
        }

        if (status.Service.State == ServiceState.Stopped && status.Schedule.Any(e => e.Enabled))
        {
            notes.Add(StatusStyle.Line(("! It needs the service, which does not run.", StatusStyle.Warning)));
        }

        return new Rows([grid, .. notes]);
    }

    /// <summary>Columns that take what they need, two blanks apart.</summary>
    internal static Grid Table(int columns, bool noWrap = true)
    {
        var grid = new Grid();
        for (int i = 0; i < columns; i++)
        {
            grid.AddColumn(new GridColumn { NoWrap = noWrap }.Padding(0, 0, i < columns - 1 ? 2 : 0, 0));
        }

        return grid;
    }

    internal static string Local(StatusSnapshot status, DateTimeOffset moment, string format) =>
        TimeZoneInfo.ConvertTime(moment, status.Zone).ToString(format, CultureInfo.InvariantCulture);

    private static Panel Panel(string title, IRenderable content) =>
        new(content) { Header = new PanelHeader($"[bold] {title} [/]"), Border = BoxBorder.Rounded, BorderStyle = StatusStyle.Faint, Expand = true, Padding = new Padding(1, 0) };

    private static IEnumerable<IRenderable> Pair(int width, Panel left, Panel right)
    {
        if (width < Wide)
        {
            return [left, right];
        }

        // As high as each other.
        int[] widths = [width - (width / 2), width / 2];
        left.Height = right.Height = Math.Max(StatusScreen.Render(left, widths[0], colors: false).Count, StatusScreen.Render(right, widths[1], colors: false).Count);
        var grid = new Grid { Expand = true };
        grid.AddColumn(new GridColumn().Padding(0, 0).Width(widths[0])).AddColumn(new GridColumn().Padding(0, 0).Width(widths[1]));
        grid.AddRow(left, right);
        return [grid];
    }
}
