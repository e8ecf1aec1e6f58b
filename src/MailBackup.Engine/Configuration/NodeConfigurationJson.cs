using System.Text.Json;
using MailBackup.Scheduling;
using MailBackup.Storage;

namespace MailBackup.Configuration;

/// <summary><c>config.json</c>. What is left out is as in a new backup path.</summary>
internal static class NodeConfigurationJson
{
    public static NodeConfiguration Read(byte[] json) => JsonFile.Read(json, root =>
    {
        var defaults = new NodeConfiguration();
        return new NodeConfiguration
        {
            Source = SourceConfigurationJson.Read(root),
            DataRetentionDays = root.Count("dataRetentionDays", defaults.DataRetentionDays),
            AccountRetentionDays = root.Count("accountRetentionDays", defaults.AccountRetentionDays),
            ReadErrorThreshold = root.Count("readErrorThreshold", defaults.ReadErrorThreshold),
            SearchIndex = root.TryGetProperty("searchIndex", out var index) ? index.GetBoolean() : defaults.SearchIndex,
            MassChangePercent = root.Count("massChangePercent", defaults.MassChangePercent),
            MassChangeMinimum = root.Count("massChangeMinimum", defaults.MassChangeMinimum),
            PurgeCompactionPercent = root.Count("purgeCompactionPercent", defaults.PurgeCompactionPercent),
            PurgeGraceHours = root.Count("purgeGraceHours", defaults.PurgeGraceHours),
            Schedule = ScheduleJson.Read(root),
            Realtime = root.Flag("realtime"),
            RealtimeInitialScan = !root.Flag("realtimeWithoutScan"),
            MetricsPort = (int)(root.OptionalNumber("metricsPort") ?? 0),
            Notification = NotificationJson.Read(root),
        };
    });

    public static byte[] Write(NodeConfiguration configuration) => JsonFile.Write(json =>
    {
        SourceConfigurationJson.Write(json, configuration.Source);
        json.WriteNumber("dataRetentionDays"u8, configuration.DataRetentionDays);
        json.WriteNumber("accountRetentionDays"u8, configuration.AccountRetentionDays);
        json.WriteNumber("readErrorThreshold"u8, configuration.ReadErrorThreshold);
        json.WriteBoolean("searchIndex"u8, configuration.SearchIndex);
        json.WriteNumber("massChangePercent"u8, configuration.MassChangePercent);
        json.WriteNumber("massChangeMinimum"u8, configuration.MassChangeMinimum);
        json.WriteNumber("purgeCompactionPercent"u8, configuration.PurgeCompactionPercent);
        json.WriteNumber("purgeGraceHours"u8, configuration.PurgeGraceHours);
        ScheduleJson.Write(json, configuration.Schedule);
        json.WriteFlag("realtime", configuration.Realtime);
        json.WriteFlag("realtimeWithoutScan", !configuration.RealtimeInitialScan);
        if (configuration.MetricsPort != 0)
        {
            json.WriteNumber("metricsPort"u8, configuration.MetricsPort);
        }

        NotificationJson.Write(json, configuration.Notification);
    });
}
