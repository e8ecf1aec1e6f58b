using System.Text.Json;
using MailBackup.Scheduling;

namespace MailBackup.Cli.Json;

/// <summary>One entry of the schedule.</summary>
internal static class ScheduleInfoJson
{
    public static void Write(Utf8JsonWriter json, ScheduleInfo entry)
    {
        json.WriteStartObject();
        json.WriteString("operation", entry.Operation.ToString());
        json.WriteBoolean("enabled", entry.Enabled);
        json.WriteString("cron", entry.Cron);
        json.WriteString("timeZone", entry.TimeZone);
        json.WriteBoolean("catchUp", entry.CatchUp);
        json.WriteBoolean("atStart", entry.AtStart);
        json.WriteMoment("nextRun", entry.NextRun);
        json.WriteMoment("lastRun", entry.LastRun);
        json.WriteMoment("missed", entry.Missed);
        json.WriteEndObject();
    }
}
