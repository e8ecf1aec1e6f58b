using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>The JSON of a <see cref="PurgeRequest"/>.</summary>
internal static class PurgeRequestJson
{
    public static string Write(PurgeRequest purge) => JsonText.Write(writer =>
    {
        WriteDays(writer, "retentionDays", purge.RetentionDays);
        if (purge.DeletedBefore is { } before)
        {
            writer.WriteString("deletedBefore", before);
        }

        WriteDays(writer, "historyRetentionDays", purge.HistoryRetentionDays);
        writer.WriteBoolean("noGrace", purge.NoGrace);
    });

    public static PurgeRequest Read(JsonElement element) => new()
    {
        RetentionDays = element.Optional("retentionDays")?.GetInt32(),
        DeletedBefore = element.Optional("deletedBefore")?.GetDateTimeOffset(),
        HistoryRetentionDays = element.Optional("historyRetentionDays")?.GetInt32(),
        NoGrace = element.Optional("noGrace")?.GetBoolean() ?? false,
    };

    private static void WriteDays(Utf8JsonWriter writer, string name, int? days)
    {
        if (days is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
