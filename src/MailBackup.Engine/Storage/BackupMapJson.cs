using System.Text.Json;

namespace MailBackup.Storage;

/// <summary><c>map_…</c>: whose a backup path is, and whose it was.</summary>
internal static class BackupMapJson
{
    public static BackupMap Read(byte[] json) => JsonFile.Read(json, root => new BackupMap
    {
        ServerId = root.GetProperty("serverId").GetGuid(),
        Host = root.OptionalText("host") ?? "",
        Created = root.OptionalTime("created") ?? default,
        Imported = root.OptionalTime("imported"),
        ImportedFrom = root.OptionalText("importedFrom"),
        Previous = !root.TryGetProperty("previous", out var previous) ? [] : [.. previous.EnumerateArray().Select(o => new PreviousOwner(
            o.GetProperty("serverId").GetGuid(), o.OptionalText("host") ?? "", o.OptionalTime("until") ?? default, o.OptionalText("by") ?? ""))],
    });

    public static byte[] Write(BackupMap map) => JsonFile.Write(json =>
    {
        json.WriteString("serverId"u8, map.ServerId);
        json.WriteString("host"u8, map.Host);
        json.WriteString("created"u8, map.Created);
        json.WriteTime("imported", map.Imported);
        json.WriteText("importedFrom", map.ImportedFrom);
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
}
