using MailBackup.Health;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Services;
using Spectre.Console;

namespace MailBackup.Display;

/// <summary>Colours and signs of the status view. Every colour goes with a word or a sign: without colour nothing is lost.</summary>
internal static class StatusStyle
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    public static readonly Style Plain = Style.Plain;
    public static readonly Style Faint = new(Color.Grey);
    public static readonly Style Strong = new(decoration: Decoration.Bold);
    public static readonly Style Accent = new(Color.Aqua);
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Warning = new(Color.Yellow);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);

    public static (string Text, Style Style) Of(HealthStatus status) => status switch
    {
        HealthStatus.Ok => ("✓", Good),
        HealthStatus.Warning => ("!", Warning),
        _ => ("✗", Bad),
    };

    public static (string Text, Style Style) Of(ServiceState state) => state switch
    {
        ServiceState.Running => ("● running", Good),
        ServiceState.Stopped => ("○ stopped", Faint),
        ServiceState.NotResponding => ("✗ not responding", Bad),
        _ => ($"◐ {state.ToString().ToLowerInvariant()}", Warning),
    };

    public static (string Text, Style Style) Of(RealtimeState state, bool enabled) => state switch
    {
        RealtimeState.Running => ("● following", Good),
        RealtimeState.Waiting => ("◐ waiting for the operation", Warning),
        RealtimeState.Starting => ("◐ starting", Warning),
        RealtimeState.Failed => ("✗ failed", Bad),
        _ => enabled ? ("✗ switched on, not running", Bad) : ("○ off", Faint),
    };

    public static (string Text, Style Style) Of(OperationState state) => state switch
    {
        OperationState.Completed => ("✓", Good),
        OperationState.CompletedWithErrors => ("!", Warning),
        OperationState.Running => ("▶", Accent),
        OperationState.Queued => ("·", Faint),
        OperationState.Stopped => ("■", Faint),
        _ => ("✗", Bad),
    };

    /// <summary>Text in pieces, each with its style; made safe for a terminal.</summary>
    public static Paragraph Line(params ReadOnlySpan<(string? Text, Style Style)> pieces)
    {
        var line = new Paragraph { Overflow = Overflow.Ellipsis };
        foreach (var (text, style) in pieces)
        {
            line.Append(TextCleaner.Clean(text), style);
        }

        return line;
    }

    /// <summary>The last values as bars of one character each, the highest as high as a line.</summary>
    public static string Spark(IReadOnlyList<double> values, int width)
    {
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToList();
        double top = shown.Count > 0 ? shown.Max() : 0;
        return string.Concat(shown.Select(v => top > 0 ? Blocks[(int)Math.Round(Math.Max(0, v) / top * (Blocks.Length - 1))] : Blocks[0]));
    }

    /// <summary>How far, as a bar: done and open.</summary>
    public static (string Done, string Open) Bar(double percent, int width)
    {
        int done = (int)Math.Round(Math.Clamp(percent, 0, 100) / 100 * width);
        return (new string('━', done), new string('─', width - done));
    }

    /// <summary>How long until, or since: <c>12 s</c>, <c>5 min</c>, <c>3 h 20 min</c>, <c>4 days</c>.</summary>
    public static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 0 => "0 s",
        < 60 => FormattableString.Invariant($"{span.TotalSeconds:0} s"),
        < 3_600 => FormattableString.Invariant($"{Math.Floor(span.TotalMinutes)} min"),
        < 86_400 => FormattableString.Invariant($"{Math.Floor(span.TotalHours)} h {span.Minutes} min"),
        < 172_800 => FormattableString.Invariant($"1 day {span.Hours} h"),
        _ => FormattableString.Invariant($"{Math.Floor(span.TotalDays)} days"),
    };
}
