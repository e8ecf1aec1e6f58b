using System.Globalization;
using System.Text;
using MailBackup.Operations;

namespace MailBackup.Health;

/// <summary>A health report as one page of HTML that needs no network: what is well and what not, and where the backup is going.</summary>
public static class HealthPage
{
    private const int RunsShown = 12, AccountsShown = 1_000;

    /// <param name="report">What was found.</param>
    /// <param name="history">Oldest first.</param>
    /// <param name="operations">Ended operations, newest first.</param>
    public static string Write(HealthReport report, IReadOnlyList<HealthSample> history, IReadOnlyList<Operation> operations)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(operations);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{report.Status}: backup {Encode(report.Path)}</title><style>{HealthPageStyle.Text}</style></head><body>");
        html.Append(CultureInfo.InvariantCulture, $"<header style=\"--now:var(--{report.Status.ToString().ToLowerInvariant()})\"><h1>Backup {Encode(report.Path)}</h1><span class=\"{report.Status}\">{report.Status}</span><time>{report.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}</time></header>");
        Figures(html, report);
        html.Append("<h2>Checks</h2><div class=\"list\">");
        foreach (var check in report.Checks.OrderByDescending(c => c.Status))
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><span class=\"{check.Status}\">{check.Status}</span><span>{check.Name}</span><span>{Encode(check.Message)}</span></div>");
        }

        html.Append("</div><h2>Over time</h2>");
        Charts(html, history, operations);
        Runs(html, operations);
        if (report.UnprotectedAccounts.Count > 0)
        {
            string more = report.UnprotectedAccounts.Count > AccountsShown ? Text($" and {report.UnprotectedAccounts.Count - AccountsShown:N0} more") : "";
            html.Append(CultureInfo.InvariantCulture, $"<h2>Accounts that the backup does not have</h2><p class=\"names\">{string.Join(", ", report.UnprotectedAccounts.Take(AccountsShown).Select(Encode))}{more}</p>");
        }

        return html.Append("</body></html>\n").ToString();
    }

    private static void Figures(StringBuilder html, HealthReport report)
    {
        html.Append("<dl>");
        foreach (var (name, value) in ((string, string)[])
        [
            ("Could be lost", report.RpoSeconds is { } rpo ? "last " + ChartScale.Seconds(rpo) : "everything"),
            ("Accounts", Text($"{report.Accounts:N0}")), ("Items", Text($"{report.Items:N0}")),
            ("Content", ChartScale.Size(report.ContentBytes)), ("Stored", ChartScale.Size(report.StoredBytes)), ("Free", ChartScale.Size(report.FreeBytes)),
            ("Full in", report.DaysUntilFull is { } days ? Text($"{days:N0} days") : "not soon"), ("Service", report.Service.ToString()),
        ])
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><dt>{name}</dt><dd>{Encode(value)}</dd></div>");
        }

        html.Append("</dl>");
    }

    private static void Charts(StringBuilder html, IReadOnlyList<HealthSample> history, IReadOnlyList<Operation> operations)
    {
        var stored = Line("stored", s => s.StoredBytes);
        var scans = operations.Where(o => o is { Kind: OperationKind.SmartScan, Started: not null, Report: not null }).OrderBy(o => o.Started);
        html.Append("<div class=\"charts\">")
            .Append(HealthChart.Draw("Items", "", bars: false, Line("living", s => s.Items)))
            .Append(HealthChart.Draw("Size", "B", bars: false, Line("content", s => s.ContentBytes), stored))
            .Append(HealthChart.Draw("Growth a day", "B", bars: true, stored.Growth() with { Name = "last" }))
            .Append(HealthChart.Draw("Deduplication and compression", "×", bars: false, Line("content to stored", s => s.StoredBytes > 0 ? (double)s.ContentBytes / s.StoredBytes : 0)))
            .Append(HealthChart.Draw("Free on the volume", "B", bars: false, Line("free", s => s.FreeBytes)))
            .Append(HealthChart.Draw("Duration of SmartScans", "s", bars: true, new ChartLine("last", [.. scans.Select(o => (o.Started!.Value, o.Report!.Seconds))])))
            .Append("</div>");

        ChartLine Line(string name, Func<HealthSample, double> value) => new(name, [.. history.Select(s => (s.Time, value(s)))]);
    }

    private static void Runs(StringBuilder html, IReadOnlyList<Operation> operations)
    {
        if (operations.Count == 0)
        {
            return;
        }

        html.Append("<h2>Last operations</h2><div class=\"list runs\">");
        foreach (var operation in operations.Take(RunsShown))
        {
            var report = operation.Report ?? new OperationReport();
            (string Name, long Count)[] counts =
            [
                ("added", report.Added), ("updated", report.Updated), ("deleted", report.Deleted), ("restored", report.Restored), ("checked", report.Checked), ("errors", report.Errors),
            ];
            string outcome = operation.Error ?? string.Join(", ", counts.Where(c => c.Count > 0).Select(c => Text($"{c.Count:N0} {c.Name}")));
            html.Append(CultureInfo.InvariantCulture, $"<div><span>{OperationNames.Words(operation.Kind)}</span><span class=\"state {operation.State}\">{State(operation.State)}</span><span>{operation.Ended?.ToLocalTime():yyyy-MM-dd HH:mm}</span><span>{ChartScale.Seconds(report.Seconds)}</span><span>{Encode(outcome)}</span></div>");
        }

        html.Append("</div>");
    }

    private static string State(OperationState state) => state == OperationState.CompletedWithErrors ? "Completed with errors" : state.ToString();

    private static string Encode(string text) => HealthChart.Encode(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
