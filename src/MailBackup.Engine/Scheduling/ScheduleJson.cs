using System.Text.Json;
using MailBackup.Operations;

namespace MailBackup.Scheduling;

/// <summary>The schedule in <c>config.json</c>: an object an operation. What is left out is as in a new backup path.</summary>
internal static class ScheduleJson
{
    public const string Member = "schedule";

    public static BackupSchedule Read(JsonElement configuration)
    {
        var schedule = new BackupSchedule();
        if (configuration.Optional(Member) is not { } element)
        {
            return schedule;
        }

        foreach (var (operation, entry) in schedule.Entries.ToList())
        {
            if (element.Optional(Name(operation)) is { } given)
            {
                schedule = schedule.With(operation, new ScheduleEntry
                {
                    Enabled = given.Optional("enabled")?.GetBoolean() ?? entry.Enabled,
                    Cron = given.Optional("cron")?.Text() ?? entry.Cron,
                    TimeZone = given.Optional("timeZone")?.Text(),
                    CatchUp = given.Optional("catchUp")?.GetBoolean() ?? false,
                    AtStart = given.Optional("atStart")?.GetBoolean() ?? false,
                });
            }
        }

        return schedule;
    }

    public static void Write(Utf8JsonWriter json, BackupSchedule schedule)
    {
        var defaults = new BackupSchedule();
        if (schedule == defaults)
        {
            return;
        }

        json.WriteStartObject(Member);
        foreach (var (operation, entry) in schedule.Entries.Where(e => e.Entry != defaults[e.Operation]))
        {
            json.WriteStartObject(Name(operation));
            json.WriteBoolean("enabled", entry.Enabled);
            json.WriteString("cron", entry.Cron);
            json.WriteOptional("timeZone", entry.TimeZone);
            json.WriteBoolean("catchUp", entry.CatchUp);
            json.WriteBoolean("atStart", entry.AtStart);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Name(ScheduledOperation operation) => JsonNamingPolicy.CamelCase.ConvertName(operation.ToString());
}
