using System.Text.Json;

namespace MailBackup.Storage;

/// <summary><c>backupstat</c>: the format, the first and the last scan; of an export, what it is of.</summary>
internal static class BackupStatJson
{
    public static BackupStat Read(byte[] json) => JsonFile.Read(json, root => new BackupStat
    {
        Format = (int)(root.OptionalNumber("format") ?? throw new JsonException("The format is not stated.")),
        Created = root.OptionalTime("created") ?? default,
        FirstScan = root.OptionalTime("firstScan"),
        LastScan = root.OptionalTime("lastScan"),
        ProvisioningToken = root.OptionalText("provisioningToken"),
        Layout = root.OptionalText("layout"),
        Snapshot = root.OptionalTime("snapshot"),
        Completed = root.OptionalTime("completed"),
    });

    public static byte[] Write(BackupStat stat) => JsonFile.Write(json =>
    {
        json.WriteNumber("format"u8, stat.Format);
        json.WriteText("layout", stat.Layout);
        json.WriteString("created"u8, stat.Created);
        json.WriteTime("firstScan", stat.FirstScan);
        json.WriteTime("lastScan", stat.LastScan);
        json.WriteText("provisioningToken", stat.ProvisioningToken);
        json.WriteTime("snapshot", stat.Snapshot);
        json.WriteTime("completed", stat.Completed);
    });
}
