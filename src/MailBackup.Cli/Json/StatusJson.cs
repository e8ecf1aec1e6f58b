using System.Text.Json;

namespace MailBackup.Cli.Json;

/// <summary>A snapshot of the status: what the other commands give one by one, in one object.</summary>
internal static class StatusJson
{
    public static void Write(Utf8JsonWriter json, StatusSnapshot status)
    {
        json.WriteStartObject();
        json.WriteString("path", status.Path);
        json.WriteMoment("time", status.Time);
        json.WritePropertyName("service");
        ServiceInfoJson.Write(json, status.Service);
        json.WriteBoolean("realtimeEnabled", status.RealtimeEnabled);
        Array(json, "queue", status.Queue, QueueJson.Write);
        Array(json, "recent", status.Recent, QueueJson.Write);
        Array(json, "schedule", status.Schedule, ScheduleInfoJson.Write);
        json.WritePropertyName("health");
        if (status.Health is { } health)
        {
            HealthJson.Write(json, health);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(json, value);
        }

        json.WriteEndArray();
    }
}
