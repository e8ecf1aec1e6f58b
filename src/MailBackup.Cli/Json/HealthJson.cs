using System.Text.Json;
using MailBackup.Health;

namespace MailBackup.Cli.Json;

/// <summary>A health report.</summary>
internal static class HealthJson
{
    public static void Write(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartObject();
        json.WriteString("path", report.Path);
        json.WriteMoment("time", report.Time);
        json.WriteString("status", report.Status.ToString());
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("status", check.Status.ToString());
            json.WriteString("message", check.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("lastSuccess");
        foreach (var (kind, ended) in report.LastSuccess)
        {
            json.WriteMoment(kind.ToString(), ended);
        }

        json.WriteEndObject();
        json.WriteNumberOrNull("rpoSeconds", report.RpoSeconds);
        json.WriteNumberOrNull("lagSeconds", report.LagSeconds);
        json.WriteStartArray("unprotectedAccounts");
        foreach (string account in report.UnprotectedAccounts)
        {
            json.WriteStringValue(account);
        }

        json.WriteEndArray();
        json.WriteNumber("accounts", report.Accounts);
        json.WriteNumber("items", report.Items);
        json.WriteNumber("storedBytes", report.StoredBytes);
        json.WriteNumber("contentBytes", report.ContentBytes);
        json.WriteNumber("freeBytes", report.FreeBytes);
        json.WriteNumber("volumeBytes", report.VolumeBytes);
        json.WriteNumberOrNull("daysUntilFull", report.DaysUntilFull);
        json.WriteNumber("queued", report.Queued);
        json.WriteString("service", report.Service.ToString());
        json.WriteEndObject();
    }
}
