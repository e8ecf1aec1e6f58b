using System.Globalization;
using System.Text;
using MailBackup.Operations;

namespace MailBackup.Health;

/// <summary>A health report as one page of HTML that needs no network: what is well and what not, and where the backup is going.</summary>
public static class HealthPage
{
    private const string Style = """
        :root{color-scheme:light dark;--ok:#1a7f37;--warning:#b35900;--critical:#c1121f;--a:#0969da;--b:#8250df;--grid:#8884}
        body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
        table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);vertical-align:top}
        .Ok{color:var(--ok)}.Warning{color:var(--warning)}.Critical{color:var(--critical)}.Ok,.Warning,.Critical{font-weight:600}
        dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.8rem}dt{opacity:.7;font-size:.85rem}dd{margin:0;font-size:1.25rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1.5rem}figure{margin:0}figcaption{font-weight:600}
        svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor;opacity:.75}.value{text-anchor:end}.grid{stroke:var(--grid)}
        polyline{fill:none;stroke-width:1.8}.line0{stroke:var(--a)}.line1{stroke:var(--b)}.legend{margin:0;font-size:.85rem}.key0{color:var(--a)}.key1{color:var(--b)}.none{opacity:.7}
        """;

    /// <param name="report">What was found.</param>
    /// <param name="history">Oldest first.</param>
    /// <param name="operations">Ended operations, for how long they took.</param>
    public static string Write(HealthReport report, IReadOnlyList<HealthSample> history, IReadOnlyList<Operation> operations)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(operations);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Backup {Encode(report.Path)}</title><style>{Style}</style></head><body>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Backup {Encode(report.Path)}: <span class=\"{report.Status}\">{report.Status}</span></h1><p>{report.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}</p><dl>");
        Figure("Could be lost", report.RpoSeconds is { } rpo ? Duration(rpo) : "everything");
        Figure("Accounts", Text($"{report.Accounts:N0}"));
        Figure("Items", Text($"{report.Items:N0}"));
        Figure("Content", Size(report.ContentBytes));
        Figure("Stored", Size(report.StoredBytes));
        Figure("Free", Size(report.FreeBytes));
        Figure("Full in", report.DaysUntilFull is { } days ? Text($"{days:N0} days") : "not foreseen");
        Figure("Service", report.Service.ToString());
        html.Append("</dl><h2>Checks</h2><table><tr><th>Check</th><th>State</th><th></th></tr>");
        foreach (var check in report.Checks.OrderByDescending(c => c.Status))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{check.Name}</td><td class=\"{check.Status}\">{check.Status}</td><td>{Encode(check.Message)}</td></tr>");
        }

        html.Append("</table><h2>Over time</h2><div class=\"charts\">");
        var scans = operations.Where(o => o is { Kind: OperationKind.SmartScan, Started: not null, Report: not null }).OrderBy(o => o.Started).ToList();
        html.Append(HealthChart.Draw("Items", ("living items", [.. history.Select(s => (s.Time, (double)s.Items))])));
        html.Append(HealthChart.Draw(
            "Size, bytes", ("content", [.. history.Select(s => (s.Time, (double)s.ContentBytes))]), ("stored", [.. history.Select(s => (s.Time, (double)s.StoredBytes))])));
        html.Append(HealthChart.Draw(
            "Bytes of content for each byte stored", ("ratio", [.. history.Where(s => s.StoredBytes > 0).Select(s => (s.Time, (double)s.ContentBytes / s.StoredBytes))])));
        html.Append(HealthChart.Draw("SmartScans, seconds", ("duration", [.. scans.Select(o => (o.Started!.Value, o.Report!.Seconds))])));
        html.Append("</div><h2>Last to come to its end</h2><table>");
        foreach (var (kind, ended) in report.LastSuccess.OrderByDescending(l => l.Value))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{OperationNames.Words(kind)}</td><td>{ended.ToLocalTime():yyyy-MM-dd HH:mm}</td></tr>");
        }

        html.Append("</table>");
        if (report.UnprotectedAccounts.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2>Accounts that the backup does not have</h2><p>{string.Join(", ", report.UnprotectedAccounts.Take(1_000).Select(Encode))}</p>");
        }

        return html.Append("</body></html>\n").ToString();

        void Figure(string name, string value) => html.Append(CultureInfo.InvariantCulture, $"<div><dt>{name}</dt><dd>{Encode(value)}</dd></div>");
    }

    private static string Encode(string text) => HealthChart.Encode(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => seconds switch
    {
        < 120 => Text($"{seconds:N1} s"),
        < 7_200 => Text($"{seconds / 60:N0} min"),
        _ => Text($"{seconds / 3_600:N1} h"),
    };

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => Text($"{bytes / 1e9:N1} GB"),
        >= 1_000_000 => Text($"{bytes / 1e6:N1} MB"),
        _ => Text($"{bytes / 1e3:N0} kB"),
    };
}
