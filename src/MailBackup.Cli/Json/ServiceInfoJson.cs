using System.Text.Json;
using MailBackup.Realtime;
using MailBackup.Services;

namespace MailBackup.Cli.Json;

/// <summary>The service and the realtime scanner.</summary>
internal static class ServiceInfoJson
{
    public static void Write(Utf8JsonWriter json, ServiceInfo info)
    {
        json.WriteStartObject();
        json.WriteString("state", info.State.ToString());
        json.WriteNumberOrNull("process", (long?)info.ProcessId);
        json.WriteString("user", info.User);
        json.WriteMoment("started", info.Started);
        json.WriteMoment("heartbeat", info.Heartbeat);
        json.WriteString("version", info.Version);
        json.WriteBoolean("supervised", info.Supervised);
        json.WriteString("nextOperation", info.NextOperation);
        json.WriteMoment("nextRun", info.NextRun);
        json.WriteStartObject("realtime");
        WriteProperties(json, info.Realtime);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteRealtime(Utf8JsonWriter json, (bool Enabled, RealtimeInfo Info) realtime)
    {
        json.WriteStartObject();
        json.WriteBoolean("enabled", realtime.Enabled);
        WriteProperties(json, realtime.Info);
        json.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter json, RealtimeInfo realtime)
    {
        json.WriteString("state", realtime.State.ToString());
        json.WriteMoment("since", realtime.Since);
        json.WriteNumber("watches", realtime.Watches);
        json.WriteNumber("pending", realtime.Pending);
        json.WriteNumber("inScan", realtime.InScan);
        json.WriteNumber("changes", realtime.Changes);
        json.WriteMoment("lastChange", realtime.LastChange);
        json.WriteNumber("lagSeconds", realtime.LagSeconds);
        json.WriteNumber("overflows", realtime.Overflows);
        json.WriteNumber("troubles", realtime.Troubles);
        json.WriteStartArray("unwatched");
        foreach (string account in realtime.Unwatched)
        {
            json.WriteStringValue(account);
        }

        json.WriteEndArray();
        json.WriteStartArray("rounds");
        foreach (string account in realtime.Rounds)
        {
            json.WriteStringValue(account);
        }

        json.WriteEndArray();
        json.WriteNumber("roundSeconds", realtime.RoundSeconds);
        json.WriteString("protection", realtime.Protection);
        json.WriteString("warning", realtime.Warning);
        json.WriteString("waitsFor", realtime.Wait?.Operation);
        json.WriteMoment("waitsSince", realtime.Wait?.Since);
    }
}
