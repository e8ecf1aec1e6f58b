using System.Text.Json;
using MailBackup.Configuration;

namespace MailBackup.Cli.Json;

/// <summary>The configuration of a backup path.</summary>
internal static class ConfigJson
{
    public static void Write(Utf8JsonWriter json, NodeConfiguration configuration)
    {
        json.WriteStartObject();
        SourceJson.WriteProperties(json, configuration.Source);
        json.WriteNumber("dataRetentionDays", configuration.DataRetentionDays);
        json.WriteNumber("accountRetentionDays", configuration.AccountRetentionDays);
        json.WriteNumber("readErrorThreshold", configuration.ReadErrorThreshold);
        json.WriteNumber("massChangePercent", configuration.MassChangePercent);
        json.WriteNumber("massChangeMinimum", configuration.MassChangeMinimum);
        json.WriteNumber("purgeCompactionPercent", configuration.PurgeCompactionPercent);
        json.WriteNumber("purgeGraceHours", configuration.PurgeGraceHours);
        var mail = configuration.Notification;
        json.WriteString("smtpServer", mail.SmtpServer);
        json.WriteNumber("smtpPort", mail.SmtpPort);
        json.WriteBoolean("smtpStartTls", mail.SmtpStartTls);
        json.WriteString("smtpUser", mail.SmtpUser);
        json.WriteString("smtpPasswordFile", mail.SmtpPasswordFile);
        json.WriteString("notificationFrom", mail.From);
        json.WriteStartArray("notificationTo");
        foreach (string address in mail.To)
        {
            json.WriteStringValue(address);
        }

        json.WriteEndArray();
        json.WriteString("notificationLevel", mail.Level.ToString());
        json.WriteString("hookCommand", mail.HookCommand);
        json.WriteStartArray("hookArguments");
        foreach (string argument in mail.HookArguments)
        {
            json.WriteStringValue(argument);
        }

        json.WriteEndArray();
        json.WriteNumber("hookTimeoutSeconds", mail.HookTimeoutSeconds);
        json.WriteNumber("metricsPort", configuration.MetricsPort);
        json.WriteEndObject();
    }
}
