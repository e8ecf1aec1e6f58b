using System.Text.Json;
using MailBackup.Operations;

namespace MailBackup.Configuration;

/// <summary>Where notifications go, in <c>config.json</c>. What is left out is as in a new backup path.</summary>
internal static class NotificationJson
{
    private const string Member = "notification";

    public static NotificationConfiguration Read(JsonElement configuration)
    {
        var defaults = new NotificationConfiguration();
        return configuration.Optional(Member) is not { } element ? defaults : new NotificationConfiguration
        {
            SmtpServer = element.Optional("smtpServer")?.Text(),
            SmtpPort = element.Optional("smtpPort")?.GetInt32() ?? defaults.SmtpPort,
            SmtpStartTls = element.Optional("smtpStartTls")?.GetBoolean() ?? false,
            SmtpUser = element.Optional("smtpUser")?.Text(),
            SmtpPasswordFile = element.Optional("smtpPasswordFile")?.Text(),
            From = element.Optional("from")?.Text(),
            To = element.Strings("to"),
            Level = Enum.TryParse(element.Optional("level")?.Text(), ignoreCase: true, out NotificationLevel level) && Enum.IsDefined(level) ? level : defaults.Level,
            HookCommand = element.Optional("hookCommand")?.Text(),
            HookArguments = element.Strings("hookArguments"),
            HookTimeoutSeconds = element.Optional("hookTimeoutSeconds")?.GetInt32() ?? defaults.HookTimeoutSeconds,
        };
    }

    public static void Write(Utf8JsonWriter json, NotificationConfiguration notification)
    {
        var defaults = new NotificationConfiguration();
        if (notification == defaults)
        {
            return;
        }

        json.WriteStartObject(Member);
        json.WriteOptional("smtpServer", notification.SmtpServer);
        json.WriteNumber("smtpPort", notification.SmtpPort);
        if (notification.SmtpStartTls)
        {
            json.WriteBoolean("smtpStartTls", true);
        }

        json.WriteOptional("smtpUser", notification.SmtpUser);
        json.WriteOptional("smtpPasswordFile", notification.SmtpPasswordFile);
        json.WriteOptional("from", notification.From);
        json.WriteStrings("to", notification.To);
        if (notification.Level != defaults.Level)
        {
            json.WriteString("level", notification.Level.ToString());
        }

        if (notification.HookCommand is { } command)
        {
            json.WriteString("hookCommand", command);
            json.WriteStrings("hookArguments", notification.HookArguments);
            json.WriteNumber("hookTimeoutSeconds", notification.HookTimeoutSeconds);
        }

        json.WriteEndObject();
    }
}
