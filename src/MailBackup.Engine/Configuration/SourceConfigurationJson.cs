using System.Text.Json;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Configuration;

/// <summary>The source of a backup path, in <c>config.json</c>.</summary>
internal static class SourceConfigurationJson
{
    public static SourceConfiguration Read(JsonElement configuration)
    {
        var source = configuration.TryGetProperty("source", out var s) ? s : default;
        return source.ValueKind != JsonValueKind.Object ? new() : new SourceConfiguration
        {
            Maildir = source.OptionalText("maildir"),
            Pattern = source.OptionalText("pattern"),
            DefaultDomain = source.OptionalText("defaultDomain"),
            Ldif = source.OptionalText("ldif"),
            Imap = source.OptionalText("imap"),
            ImapUser = source.OptionalText("imapUser"),
            ImapPasswordFile = source.OptionalText("imapPasswordFile"),
            ImapAccounts = source.OptionalText("imapAccounts"),
            ImapLogin = source.OptionalText("imapLogin"),
            ImapAuthentication = source.OptionalText("imapAuthentication"),
            ImapTls = source.OptionalText("imapTls"),
            ImapCaFile = source.OptionalText("imapCaFile"),
            ImapFingerprint = source.OptionalText("imapFingerprint"),
            ImapMaxConnections = source.OptionalNumber("imapMaxConnections") is null ? null : source.Count("imapMaxConnections", 0),
            ImapCompress = source.Flag("imapCompress"),
            ImapWatchConnections = (int?)source.OptionalNumber("imapWatchConnections"),
            ImapWatchFolders = source.OptionalText("imapWatchFolders"),
            ImapWatchInterval = (int?)source.OptionalNumber("imapWatchInterval"),
        };
    }

    public static void Write(Utf8JsonWriter json, SourceConfiguration source)
    {
        json.WriteStartObject("source"u8);
        json.WriteText("maildir", source.Maildir);
        json.WriteText("pattern", source.Pattern);
        json.WriteText("defaultDomain", source.DefaultDomain);
        json.WriteText("ldif", source.Ldif);
        json.WriteText("imap", source.Imap);
        json.WriteText("imapUser", source.ImapUser);
        json.WriteText("imapPasswordFile", source.ImapPasswordFile);
        json.WriteText("imapAccounts", source.ImapAccounts);
        json.WriteText("imapLogin", source.ImapLogin);
        json.WriteText("imapAuthentication", source.ImapAuthentication);
        json.WriteText("imapTls", source.ImapTls);
        json.WriteText("imapCaFile", source.ImapCaFile);
        json.WriteText("imapFingerprint", source.ImapFingerprint);
        if (source.ImapMaxConnections is { } connections)
        {
            json.WriteNumber("imapMaxConnections", connections);
        }

        json.WriteFlag("imapCompress", source.ImapCompress);
        json.WriteText("imapWatchFolders", source.ImapWatchFolders);
        foreach (var (name, number) in new[] { ("imapWatchConnections", source.ImapWatchConnections), ("imapWatchInterval", source.ImapWatchInterval) })
        {
            if (number is { } given)
            {
                json.WriteNumber(name, given);
            }
        }

        json.WriteEndObject();
    }
}
