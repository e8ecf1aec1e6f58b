using System.Buffers;
using System.Text.Json;
using MailBackup.Configuration;
using MailBackup.Scheduling;
using MailBackup.Sources;

namespace MailBackup.Storage;

/// <summary>
/// Reads and writes the small JSON files of a backup path by hand: the serializer's metadata would cost a third of a scan that has nothing to do.
/// Properties that are not known are passed over. Throws <see cref="JsonException"/> on what is not one of these files.
/// </summary>
internal static class StorageJson
{
    public static AccountStat ReadAccountStat(byte[] json) => Parse(json, root => new AccountStat
    {
        Name = Required(root, "name"),
        DirectoryId = Text(root, "directoryId"),
        InDirectory = Flag(root, "inDirectory"),
        Deleted = Flag(root, "deleted"),
        NextItem = Number(root, "nextItem") ?? 1,
        Journal = Position(root, "journal"),
        Info = Position(root, "info"),
        Unfinished = root.TryGetProperty("unfinished", out var unfinished)
            ? new MassChange(Number(unfinished, "known") ?? 0, Number(unfinished, "deleted") ?? 0, Number(unfinished, "rewritten") ?? 0)
            : null,
        Folders = [.. root.GetProperty("folders").EnumerateArray().Select(ReadFolder)],
    });

    public static byte[] Write(AccountStat stat) => Build(json =>
    {
        json.WriteString("name"u8, stat.Name);
        WriteText(json, "directoryId", stat.DirectoryId);
        WriteFlag(json, "inDirectory", stat.InDirectory);
        WriteFlag(json, "deleted", stat.Deleted);
        json.WriteNumber("nextItem"u8, stat.NextItem);
        WritePosition(json, "journal", stat.Journal);
        WritePosition(json, "info", stat.Info);
        if (stat.Unfinished is { } unfinished)
        {
            json.WriteStartObject("unfinished"u8);
            json.WriteNumber("known"u8, unfinished.Known);
            json.WriteNumber("deleted"u8, unfinished.Deleted);
            json.WriteNumber("rewritten"u8, unfinished.Rewritten);
            json.WriteEndObject();
        }

        json.WriteStartArray("folders"u8);
        foreach (var folder in stat.Folders)
        {
            WriteFolder(json, folder);
        }

        json.WriteEndArray();
    });

    public static BackupStat ReadBackupStat(byte[] json) => Parse(json, root => new BackupStat
    {
        Format = (int)(Number(root, "format") ?? throw new JsonException("The format is not stated.")),
        Created = Time(root, "created") ?? default,
        FirstScan = Time(root, "firstScan"),
        LastScan = Time(root, "lastScan"),
        ProvisioningToken = Text(root, "provisioningToken"),
        Layout = Text(root, "layout"),
        Snapshot = Time(root, "snapshot"),
        Completed = Time(root, "completed"),
    });

    public static byte[] Write(BackupStat stat) => Build(json =>
    {
        json.WriteNumber("format"u8, stat.Format);
        WriteText(json, "layout", stat.Layout);
        json.WriteString("created"u8, stat.Created);
        WriteTime(json, "firstScan", stat.FirstScan);
        WriteTime(json, "lastScan", stat.LastScan);
        WriteText(json, "provisioningToken", stat.ProvisioningToken);
        WriteTime(json, "snapshot", stat.Snapshot);
        WriteTime(json, "completed", stat.Completed);
    });

    public static BackupMap ReadMap(byte[] json) => Parse(json, root => new BackupMap
    {
        ServerId = root.GetProperty("serverId").GetGuid(),
        Host = Text(root, "host") ?? "",
        Created = Time(root, "created") ?? default,
        Imported = Time(root, "imported"),
        ImportedFrom = Text(root, "importedFrom"),
        Previous = !root.TryGetProperty("previous", out var previous) ? [] : [.. previous.EnumerateArray().Select(o => new PreviousOwner(
            o.GetProperty("serverId").GetGuid(), Text(o, "host") ?? "", Time(o, "until") ?? default, Text(o, "by") ?? ""))],
    });

    public static byte[] Write(BackupMap map) => Build(json =>
    {
        json.WriteString("serverId"u8, map.ServerId);
        json.WriteString("host"u8, map.Host);
        json.WriteString("created"u8, map.Created);
        WriteTime(json, "imported", map.Imported);
        WriteText(json, "importedFrom", map.ImportedFrom);
        if (map.Previous.Count > 0)
        {
            json.WriteStartArray("previous"u8);
            foreach (var owner in map.Previous)
            {
                json.WriteStartObject();
                json.WriteString("serverId"u8, owner.ServerId);
                json.WriteString("host"u8, owner.Host);
                json.WriteString("until"u8, owner.Until);
                json.WriteString("by"u8, owner.By);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    });

    public static NodeConfiguration ReadConfiguration(byte[] json) => Parse(json, root =>
    {
        var defaults = new NodeConfiguration();
        var source = root.TryGetProperty("source", out var s) ? s : default;
        return new NodeConfiguration
        {
            Source = source.ValueKind != JsonValueKind.Object ? new() : new SourceConfiguration
            {
                Maildir = Text(source, "maildir"),
                Pattern = Text(source, "pattern"),
                DefaultDomain = Text(source, "defaultDomain"),
                Ldif = Text(source, "ldif"),
                Imap = Text(source, "imap"),
                ImapUser = Text(source, "imapUser"),
                ImapPasswordFile = Text(source, "imapPasswordFile"),
                ImapAccounts = Text(source, "imapAccounts"),
                ImapLogin = Text(source, "imapLogin"),
                ImapAuthentication = Text(source, "imapAuthentication"),
                ImapTls = Text(source, "imapTls"),
                ImapCaFile = Text(source, "imapCaFile"),
                ImapFingerprint = Text(source, "imapFingerprint"),
                ImapMaxConnections = Number(source, "imapMaxConnections") is null ? null : Count(source, "imapMaxConnections", 0),
                ImapCompress = Flag(source, "imapCompress"),
                ImapWatchConnections = (int?)Number(source, "imapWatchConnections"),
                ImapWatchFolders = Text(source, "imapWatchFolders"),
                ImapWatchInterval = (int?)Number(source, "imapWatchInterval"),
            },
            DataRetentionDays = Count(root, "dataRetentionDays", defaults.DataRetentionDays),
            AccountRetentionDays = Count(root, "accountRetentionDays", defaults.AccountRetentionDays),
            ReadErrorThreshold = Count(root, "readErrorThreshold", defaults.ReadErrorThreshold),
            SearchIndex = root.TryGetProperty("searchIndex", out var index) ? index.GetBoolean() : defaults.SearchIndex,
            MassChangePercent = Count(root, "massChangePercent", defaults.MassChangePercent),
            MassChangeMinimum = Count(root, "massChangeMinimum", defaults.MassChangeMinimum),
            PurgeCompactionPercent = Count(root, "purgeCompactionPercent", defaults.PurgeCompactionPercent),
            PurgeGraceHours = Count(root, "purgeGraceHours", defaults.PurgeGraceHours),
            Schedule = ScheduleJson.Read(root),
            Realtime = Flag(root, "realtime"),
            RealtimeInitialScan = !Flag(root, "realtimeWithoutScan"),
            MetricsPort = (int)(Number(root, "metricsPort") ?? 0),
            Notification = NotificationJson.Read(root),
        };
    });

    public static byte[] Write(NodeConfiguration configuration) => Build(json =>
    {
        json.WriteStartObject("source"u8);
        WriteText(json, "maildir", configuration.Source.Maildir);
        WriteText(json, "pattern", configuration.Source.Pattern);
        WriteText(json, "defaultDomain", configuration.Source.DefaultDomain);
        WriteText(json, "ldif", configuration.Source.Ldif);
        WriteImap(json, configuration.Source);
        json.WriteEndObject();
        json.WriteNumber("dataRetentionDays"u8, configuration.DataRetentionDays);
        json.WriteNumber("accountRetentionDays"u8, configuration.AccountRetentionDays);
        json.WriteNumber("readErrorThreshold"u8, configuration.ReadErrorThreshold);
        json.WriteBoolean("searchIndex"u8, configuration.SearchIndex);
        json.WriteNumber("massChangePercent"u8, configuration.MassChangePercent);
        json.WriteNumber("massChangeMinimum"u8, configuration.MassChangeMinimum);
        json.WriteNumber("purgeCompactionPercent"u8, configuration.PurgeCompactionPercent);
        json.WriteNumber("purgeGraceHours"u8, configuration.PurgeGraceHours);
        ScheduleJson.Write(json, configuration.Schedule);
        WriteFlag(json, "realtime", configuration.Realtime);
        WriteFlag(json, "realtimeWithoutScan", !configuration.RealtimeInitialScan);
        if (configuration.MetricsPort != 0)
        {
            json.WriteNumber("metricsPort"u8, configuration.MetricsPort);
        }

        NotificationJson.Write(json, configuration.Notification);
    });

    private static void WriteImap(Utf8JsonWriter json, SourceConfiguration source)
    {
        WriteText(json, "imap", source.Imap);
        WriteText(json, "imapUser", source.ImapUser);
        WriteText(json, "imapPasswordFile", source.ImapPasswordFile);
        WriteText(json, "imapAccounts", source.ImapAccounts);
        WriteText(json, "imapLogin", source.ImapLogin);
        WriteText(json, "imapAuthentication", source.ImapAuthentication);
        WriteText(json, "imapTls", source.ImapTls);
        WriteText(json, "imapCaFile", source.ImapCaFile);
        WriteText(json, "imapFingerprint", source.ImapFingerprint);
        if (source.ImapMaxConnections is { } connections)
        {
            json.WriteNumber("imapMaxConnections", connections);
        }

        WriteFlag(json, "imapCompress", source.ImapCompress);
        WriteText(json, "imapWatchFolders", source.ImapWatchFolders);
        foreach (var (name, number) in new[] { ("imapWatchConnections", source.ImapWatchConnections), ("imapWatchInterval", source.ImapWatchInterval) })
        {
            if (number is { } given)
            {
                json.WriteNumber(name, given);
            }
        }
    }

    /// <summary>A place in a journal as a file of its own.</summary>
    public static JournalPosition ReadPosition(byte[] json) => Parse(json, root => root.TryGetProperty("end", out _) ? Position(root, "end") : throw new JsonException("'end' is missing."));

    public static byte[] Write(JournalPosition position) => Build(json => WritePosition(json, "end", position));

    public static Dictionary<int, DateTimeOffset> ReadObsoleteBundles(byte[] json) => Parse(json, root => root.EnumerateObject().ToDictionary(
        p => int.Parse(p.Name, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture), p => p.Value.GetDateTimeOffset()));

    public static byte[] Write(IReadOnlyDictionary<int, DateTimeOffset> obsoleteBundles) => Build(json =>
    {
        foreach (var (bundle, since) in obsoleteBundles.OrderBy(b => b.Key))
        {
            json.WriteString(bundle.ToString("x8", System.Globalization.CultureInfo.InvariantCulture), since.UtcDateTime);
        }
    });

    /// <summary>A whole number that may not be negative: minus one day of retention would be the end of everything that was ever deleted.</summary>
    private static int Count(JsonElement element, string name, int standard) => Number(element, name) switch
    {
        null => standard,
        >= 0 and <= int.MaxValue and var number => (int)number,
        var number => throw new JsonException(FormattableString.Invariant($"\"{name}\" is {number}; it must be from 0 to {int.MaxValue}.")),
    };

    private static T Parse<T>(byte[] json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static byte[] Build(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = TransactionLine.CreateWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static FolderStat ReadFolder(JsonElement folder) => new()
    {
        Id = folder.GetProperty("id").GetInt64(),
        Path = Required(folder, "path"),
        Kind = (FolderKind)folder.GetProperty("kind").GetInt32(),
        Key = Text(folder, "key") ?? "",
        Identity = Text(folder, "identity"),
        Token = Text(folder, "token"),
        Items = Number(folder, "items") ?? 0,
        Attributes = folder.TryGetProperty("attributes", out var attributes)
            ? attributes.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString() ?? "", StringComparer.Ordinal)
            : null,
    };

    private static void WriteFolder(Utf8JsonWriter json, FolderStat folder)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, folder.Id);
        json.WriteString("path"u8, folder.Path);
        json.WriteNumber("kind"u8, (int)folder.Kind);
        json.WriteString("key"u8, folder.Key);
        WriteText(json, "identity", folder.Identity);
        WriteText(json, "token", folder.Token);
        json.WriteNumber("items"u8, folder.Items);
        if (folder.Attributes is { Count: > 0 } attributes)
        {
            json.WriteStartObject("attributes"u8);
            foreach (var (name, value) in attributes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static JournalPosition Position(JsonElement element, string name) => element.TryGetProperty(name, out var position)
        ? new JournalPosition(
            position.GetProperty("segment").GetInt32(), position.GetProperty("offset").GetInt64(), Required(position, "check"), position.GetProperty("next").GetInt64())
        : JournalPosition.Start;

    private static void WritePosition(Utf8JsonWriter json, string name, JournalPosition position)
    {
        json.WriteStartObject(name);
        json.WriteNumber("segment"u8, position.Segment);
        json.WriteNumber("offset"u8, position.Offset);
        json.WriteString("check"u8, position.Check);
        json.WriteNumber("next"u8, position.NextTransaction);
        json.WriteEndObject();
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Required(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is missing.");

    private static bool Flag(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.GetBoolean();

    private static long? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, value);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
    }
}
