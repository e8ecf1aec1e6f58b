using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>A request for an export as the queue keeps it.</summary>
internal static class BackupExportRequestJson
{
    public static string Write(BackupExportRequest export) => JsonText.Write(writer =>
    {
        writer.WriteString("destination", export.Destination);
        writer.WriteStrings("domains", export.Domains);
        writer.WriteStrings("classesOfService", export.ClassesOfService);
        writer.WriteNumber("freeSpaceThreshold", export.FreeSpaceThreshold);
        writer.WriteBoolean("skipItems", export.SkipItems);
        writer.WriteNumber("readErrorThreshold", export.ReadErrorThreshold);
    });

    public static BackupExportRequest Read(JsonElement element) => new()
    {
        Destination = element.GetProperty("destination").Text(),
        Domains = element.Strings("domains"),
        ClassesOfService = element.Strings("classesOfService"),
        FreeSpaceThreshold = element.Optional("freeSpaceThreshold")?.GetInt64() ?? 0,
        SkipItems = element.Optional("skipItems")?.GetBoolean() ?? false,
        ReadErrorThreshold = element.Optional("readErrorThreshold")?.GetInt32() ?? 0,
    };
}
