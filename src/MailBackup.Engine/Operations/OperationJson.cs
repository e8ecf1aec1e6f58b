using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>
/// Progress and reports as the rows hold them. Counts of zero are left out; members that this version does not know are passed over, and text
/// that does not read at all is no reason to hide the operation.
/// </summary>
internal static class OperationJson
{
    public static string Write(OperationProgress progress) => JsonText.Write(writer =>
    {
        writer.WriteString("activity", progress.Activity);
        writer.WriteOptional("account", progress.Account);
        Write(writer, "itemsDone", progress.ItemsDone);
        Write(writer, "itemsTotal", progress.ItemsTotal);
        Write(writer, "accountsDone", progress.AccountsDone);
        Write(writer, "accountsTotal", progress.AccountsTotal);
        Write(writer, "bytesDone", progress.BytesDone);
        Write(writer, "seconds", progress.Seconds);
        Write(writer, "secondsLeft", progress.SecondsLeft);
        Write(writer, "percent", progress.Percent);
    });

    public static OperationProgress? ReadProgress(string json) => Read(json, element => new OperationProgress
    {
        Activity = element.Optional("activity")?.GetString() ?? "",
        Account = element.Optional("account")?.GetString(),
        ItemsDone = Count(element, "itemsDone"),
        ItemsTotal = element.Optional("itemsTotal")?.GetInt64(),
        AccountsDone = (int)Count(element, "accountsDone"),
        AccountsTotal = (int)Count(element, "accountsTotal"),
        BytesDone = Count(element, "bytesDone"),
        Seconds = element.Optional("seconds")?.GetDouble() ?? 0,
        SecondsLeft = element.Optional("secondsLeft")?.GetDouble(),
        Percent = element.Optional("percent")?.GetDouble(),
    });

    public static string Write(OperationReport report) => JsonText.Write(writer =>
    {
        Write(writer, "added", report.Added);
        Write(writer, "updated", report.Updated);
        Write(writer, "deleted", report.Deleted);
        Write(writer, "unchanged", report.Unchanged);
        Write(writer, "restored", report.Restored);
        Write(writer, "skipped", report.Skipped);
        Write(writer, "unrestored", report.Unrestored);
        Write(writer, "checked", report.Checked);
        Write(writer, "blobs", report.Blobs);
        Write(writer, "repaired", report.Repaired);
        Write(writer, "fetched", report.Fetched);
        Write(writer, "lost", report.Lost);
        Write(writer, "quarantined", report.Quarantined);
        Write(writer, "errors", report.Errors);
        Write(writer, "bytesRead", report.BytesRead);
        Write(writer, "bytesStored", report.BytesStored);
        Write(writer, "bytesFreed", report.BytesFreed);
        Write(writer, "seconds", report.Seconds);
        if (report.UnrestoredItems.Count > 0)
        {
            writer.WriteStartArray("unrestoredItems");
            foreach (var unrestored in report.UnrestoredItems)
            {
                writer.WriteStartObject();
                writer.WriteString("account", unrestored.Account);
                writer.WriteString("items", unrestored.Ids);
                if (unrestored.WholeAccount)
                {
                    writer.WriteBoolean("wholeAccount", true);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (report.Troubles.Count > 0)
        {
            writer.WriteStartArray("troubles");
            foreach (var trouble in report.Troubles)
            {
                writer.WriteStartObject();
                writer.WriteString("errorId", trouble.ErrorId);
                writer.WriteString("category", Category(trouble.Category));
                writer.WriteOptional("account", trouble.Account);
                if (trouble.Item is { } item)
                {
                    writer.WriteNumber("item", item);
                }

                writer.WriteOptional("path", trouble.Path);
                writer.WriteString("reason", trouble.Reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (report.Warnings.Count > 0)
        {
            writer.WriteStrings("warnings", report.Warnings);
        }
    });

    public static OperationReport? ReadReport(string json) => Read(json, element => new OperationReport
    {
        Added = Count(element, "added"),
        Updated = Count(element, "updated"),
        Deleted = Count(element, "deleted"),
        Unchanged = Count(element, "unchanged"),
        Restored = Count(element, "restored"),
        Skipped = Count(element, "skipped"),
        Unrestored = Count(element, "unrestored"),
        UnrestoredItems = ReadUnrestored(element),
        Checked = Count(element, "checked"),
        Blobs = Count(element, "blobs"),
        Repaired = Count(element, "repaired"),
        Fetched = Count(element, "fetched"),
        Lost = Count(element, "lost"),
        Quarantined = Count(element, "quarantined"),
        Errors = Count(element, "errors"),
        BytesRead = Count(element, "bytesRead"),
        BytesStored = Count(element, "bytesStored"),
        BytesFreed = Count(element, "bytesFreed"),
        Seconds = element.Optional("seconds")?.GetDouble() ?? 0,
        Troubles = ReadTroubles(element),
        Warnings = element.Strings("warnings"),
    });

    private static UnrestoredItems[] ReadUnrestored(JsonElement report) => report.Optional("unrestoredItems") is not { } array
        ? []
        : [.. array.EnumerateArray().Select(one => new UnrestoredItems(
            one.GetProperty("account").Text(),
            UnrestoredItems.ParseIds(one.GetProperty("items").Text()),
            one.Optional("wholeAccount")?.GetBoolean() ?? false))];

    /// <summary>For whoever reads the row by other means; read back, it is told from the error id.</summary>
    private static string Category(TroubleCategory category) => category switch
    {
        TroubleCategory.ReadError => "readError",
        TroubleCategory.BrokenItem => "brokenItem",
        TroubleCategory.InvalidItem => "invalidItem",
        _ => "other",
    };

    private static ItemTrouble[] ReadTroubles(JsonElement report)
    {
        if (report.Optional("troubles") is not { } array)
        {
            return [];
        }

        var troubles = new List<ItemTrouble>(array.GetArrayLength());
        foreach (var trouble in array.EnumerateArray())
        {
            troubles.Add(new ItemTrouble(
                trouble.GetProperty("errorId").Text(),
                trouble.Optional("account")?.GetString(),
                trouble.Optional("item")?.GetInt64(),
                trouble.Optional("path")?.GetString(),
                trouble.GetProperty("reason").Text()));
        }

        return troubles.ToArray();
    }

    private static T? Read<T>(string json, Func<JsonElement, T> members)
        where T : class
    {
        try
        {
            return JsonText.Read(json, members);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long Count(JsonElement element, string name) => element.Optional(name)?.GetInt64() ?? 0;

    private static void Write(Utf8JsonWriter writer, string name, long value)
    {
        if (value != 0)
        {
            writer.WriteNumber(name, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, known);
        }
    }

    // JSON has no infinity; such an estimate says nothing anyway.
    private static void Write(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } known && double.IsFinite(known))
        {
            writer.WriteNumber(name, known);
        }
    }
}
