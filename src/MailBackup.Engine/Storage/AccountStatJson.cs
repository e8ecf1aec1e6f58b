using System.Text.Json;
using MailBackup.Sources;

namespace MailBackup.Storage;

/// <summary><c>account_stat</c> of an account, with its folders.</summary>
internal static class AccountStatJson
{
    public static AccountStat Read(byte[] json) => JsonFile.Read(json, root => new AccountStat
    {
        Name = root.RequiredText("name"),
        DirectoryId = root.OptionalText("directoryId"),
        InDirectory = root.Flag("inDirectory"),
        Deleted = root.Flag("deleted"),
        NextItem = root.OptionalNumber("nextItem") ?? 1,
        Journal = JournalPositionJson.ReadMember(root, "journal"),
        Info = JournalPositionJson.ReadMember(root, "info"),
        Unfinished = root.TryGetProperty("unfinished", out var unfinished)
            ? new MassChange(unfinished.OptionalNumber("known") ?? 0, unfinished.OptionalNumber("deleted") ?? 0, unfinished.OptionalNumber("rewritten") ?? 0)
            : null,
        Folders = [.. root.GetProperty("folders").EnumerateArray().Select(ReadFolder)],
    });

    public static byte[] Write(AccountStat stat) => JsonFile.Write(json =>
    {
        json.WriteString("name"u8, stat.Name);
        json.WriteText("directoryId", stat.DirectoryId);
        json.WriteFlag("inDirectory", stat.InDirectory);
        json.WriteFlag("deleted", stat.Deleted);
        json.WriteNumber("nextItem"u8, stat.NextItem);
        JournalPositionJson.WriteMember(json, "journal", stat.Journal);
        JournalPositionJson.WriteMember(json, "info", stat.Info);
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

    private static FolderStat ReadFolder(JsonElement folder) => new()
    {
        Id = folder.GetProperty("id").GetInt64(),
        Path = folder.RequiredText("path"),
        Kind = (FolderKind)folder.GetProperty("kind").GetInt32(),
        Key = folder.OptionalText("key") ?? "",
        Identity = folder.OptionalText("identity"),
        Token = folder.OptionalText("token"),
        Items = folder.OptionalNumber("items") ?? 0,
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
        json.WriteText("identity", folder.Identity);
        json.WriteText("token", folder.Token);
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
}
