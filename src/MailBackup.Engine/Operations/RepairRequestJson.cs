using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>The JSON of a <see cref="RepairRequest"/>.</summary>
internal static class RepairRequestJson
{
    public static string Write(RepairRequest repair) => JsonText.Write(writer =>
    {
        writer.WriteStrings("from", repair.From);
        writer.WriteBoolean("useSource", repair.UseSource);
    });

    public static RepairRequest Read(JsonElement element) => new()
    {
        From = element.Strings("from"),
        UseSource = element.Optional("useSource")?.GetBoolean() ?? true,
    };
}
