using System.Globalization;
using System.Text;

namespace MailBackup.Health;

/// <summary>A health report in the text format of Prometheus, for the textfile collector of its node exporter.</summary>
public static class PrometheusText
{
    public static string Write(HealthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        string path = $"path=\"{Escape(report.Path)}\"";
        Gauge("status", "0 well, 1 warning, 2 critical.", (path, (double)report.Status));
        Gauge("check_status", "0 well, 1 warning, 2 critical, by check.", [.. report.Checks.Select(c => ($"{path},check=\"{c.Name}\"", (double)c.Status))]);
        Gauge("last_success_timestamp_seconds", "When an operation last came to its end, by kind.",
            [.. report.LastSuccess.Select(l => ($"{path},kind=\"{l.Key}\"", l.Value.ToUnixTimeMilliseconds() / 1000.0))]);
        Optional("rpo_seconds", "What would be lost with the server now, at most.", report.RpoSeconds);
        Optional("realtime_lag_seconds", "From a change to its being durable.", report.LagSeconds);
        Gauge("unprotected_accounts", "Accounts of the server that the backup does not have.", (path, report.UnprotectedAccounts.Count));
        Gauge("accounts", "Living accounts.", (path, report.Accounts));
        Gauge("items", "Living items.", (path, report.Items));
        Gauge("stored_bytes", "Journals and bundles.", (path, report.StoredBytes));
        Gauge("content_bytes", "Content of living items.", (path, report.ContentBytes));
        Gauge("volume_free_bytes", "Free on the volume of the backup path.", (path, report.FreeBytes));
        Optional("days_until_full", "At the growth of the last weeks.", report.DaysUntilFull);
        Gauge("queued_operations", "Operations that wait or run.", (path, report.Queued));
        Gauge("report_timestamp_seconds", "When this was found.", (path, report.Time.ToUnixTimeMilliseconds() / 1000.0));
        return text.ToString();

        void Optional(string name, string help, double? value)
        {
            if (value is { } number)
            {
                Gauge(name, help, (path, number));
            }
        }

        void Gauge(string name, string help, params (string Labels, double Value)[] values)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP mailbackup_{name} {help}\n# TYPE mailbackup_{name} gauge\n");
            foreach (var (labels, value) in values)
            {
                text.Append(CultureInfo.InvariantCulture, $"mailbackup_{name}{{{labels}}} {value:R}\n");
            }
        }
    }

    /// <summary>Replaces the file whole: a collector never reads half of one. Errors: <c>DestinationInvalid</c>.</summary>
    public static void Save(HealthReport report, string file)
    {
        try
        {
            File.WriteAllText(file + ".tmp", Write(report));
            File.Move(file + ".tmp", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(ErrorIds.DestinationInvalid, $"{file} cannot be written: {e.Message}", "Name a file in a folder that this user may write.", file, e);
        }
    }

    private static string Escape(string label) => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
