using System.Text.Json;
using MailBackup.Operations;
using MailBackup.Realtime;

namespace MailBackup.Services;

/// <summary>What the service says of itself, as JSON. Throws <see cref="JsonException"/> on what is none of it.</summary>
internal static class ServiceJson
{
    public static string Write(ServiceInfo info) => JsonText.Write(json =>
    {
        json.WriteString("state", info.State.ToString());
        json.WriteNumber("processId", info.ProcessId ?? 0);
        json.WriteOptional("user", info.User);
        WriteTime(json, "started", info.Started);
        WriteTime(json, "heartbeat", info.Heartbeat);
        json.WriteOptional("version", info.Version);
        json.WriteBoolean("supervised", info.Supervised);
        json.WriteOptional("nextOperation", info.NextOperation);
        WriteTime(json, "nextRun", info.NextRun);
        var realtime = info.Realtime;
        json.WriteStartObject("realtime");
        json.WriteString("state", realtime.State.ToString());
        WriteTime(json, "since", realtime.Since);
        json.WriteNumber("watches", realtime.Watches);
        json.WriteNumber("pending", realtime.Pending);
        json.WriteNumber("inScan", realtime.InScan);
        json.WriteNumber("changes", realtime.Changes);
        WriteTime(json, "lastChange", realtime.LastChange);
        json.WriteNumber("lagSeconds", realtime.LagSeconds);
        json.WriteNumber("overflows", realtime.Overflows);
        json.WriteNumber("troubles", realtime.Troubles);
        json.WriteStrings("unwatched", realtime.Unwatched);
        json.WriteStrings("rounds", realtime.Rounds);
        json.WriteNumber("roundSeconds", realtime.RoundSeconds);
        json.WriteOptional("protection", realtime.Protection);
        json.WriteOptional("warning", realtime.Warning);
        json.WriteOptional("waitsFor", realtime.Wait?.Operation);
        WriteTime(json, "waitsSince", realtime.Wait?.Since);
        json.WriteEndObject();
    });

    public static ServiceInfo Read(string text) => JsonText.Read(text, json => new ServiceInfo
    {
        State = Enum.TryParse(json.GetProperty("state").GetString(), out ServiceState state) ? state : ServiceState.Running,
        ProcessId = json.GetProperty("processId").GetInt32(),
        User = json.Optional("user")?.Text(),
        Started = Time(json, "started"),
        Heartbeat = Time(json, "heartbeat"),
        Version = json.Optional("version")?.Text(),
        Supervised = json.Optional("supervised")?.GetBoolean() ?? false,
        NextOperation = json.Optional("nextOperation")?.Text(),
        NextRun = Time(json, "nextRun"),
        Realtime = json.Optional("realtime") is { } realtime ? ReadRealtime(realtime) : new(),
    });

    private static RealtimeInfo ReadRealtime(JsonElement json) => new()
    {
        State = Enum.TryParse(json.GetProperty("state").GetString(), out RealtimeState state) ? state : RealtimeState.Stopped,
        Since = Time(json, "since"),
        Watches = json.GetProperty("watches").GetInt32(),
        Pending = json.GetProperty("pending").GetInt32(),
        InScan = json.Optional("inScan")?.GetInt32() ?? 0,
        Changes = json.GetProperty("changes").GetInt64(),
        LastChange = Time(json, "lastChange"),
        LagSeconds = json.GetProperty("lagSeconds").GetDouble(),
        Overflows = json.GetProperty("overflows").GetInt64(),
        Troubles = json.GetProperty("troubles").GetInt64(),
        Unwatched = json.Strings("unwatched"),
        Rounds = json.Optional("rounds") is null ? [] : json.Strings("rounds"),
        RoundSeconds = json.Optional("roundSeconds")?.GetDouble() ?? 0,
        Protection = json.Optional("protection")?.Text(),
        Warning = json.Optional("warning")?.Text(),
        Wait = json.Optional("waitsFor") is { } operation && Time(json, "waitsSince") is { } since ? new RealtimeWait(operation.Text(), since) : null,
    };

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value.UtcDateTime);
        }
    }

    private static DateTimeOffset? Time(JsonElement json, string name) => json.Optional(name)?.GetDateTimeOffset();
}
