using System.Text.Json;
using MailBackup.Operations;

namespace MailBackup.Cli.Json;

/// <summary>The report of an ended operation: the counts that its kind has, then what failed.</summary>
internal static class ReportJson
{
    /// <summary>The line that a command writes when its operation has ended.</summary>
    public static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("operation", operation.Id);
        json.WriteString("kind", operation.Kind.ToString());
        json.WriteString("state", operation.State.ToString());
        WriteProperties(json, operation.Kind, operation.Report ?? new OperationReport());
        json.WriteEndObject();
    }

    public static void WriteProperties(Utf8JsonWriter json, OperationKind kind, OperationReport report)
    {
        foreach (var (name, count) in CountsOf(kind, report))
        {
            json.WriteNumber(name, count);
        }

        if (kind.IsRestore())
        {
            WriteUnrestored(json, report);
        }

        json.WriteNumber("errors", report.Errors);
        json.WriteNumber("bytesRead", report.BytesRead);
        json.WriteNumber("bytesStored", report.BytesStored);
        json.WriteNumberOrNull("seconds", report.Seconds);
        json.WriteStartArray("troubles");
        foreach (var trouble in report.Troubles)
        {
            TroubleJson.Write(json, trouble);
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (string warning in report.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    /// <summary>The counts that mean something for this kind, under the names that they have there.</summary>
    private static (string Name, long Count)[] CountsOf(OperationKind kind, OperationReport report) => kind switch
    {
        _ when kind.IsRestore() => [("restored", report.Restored), ("skipped", report.Skipped), ("unrestored", report.Unrestored)],
        OperationKind.BackupExport => [("items", report.Added), ("blobs", report.Blobs), ("unchanged", report.Unchanged)],
        OperationKind.AccountExport => [("exported", report.Added)],
        OperationKind.AccountImport =>
            [("added", report.Restored), ("updated", report.Updated), ("deleted", report.Deleted), ("skipped", report.Skipped)],
        OperationKind.CoherencyCheck => [("checked", report.Checked), ("skipped", report.Skipped), ("quarantined", report.Quarantined)],
        OperationKind.Repair =>
        [
            ("checked", report.Checked), ("repaired", report.Repaired), ("fetched", report.Fetched), ("lost", report.Lost),
            ("quarantined", report.Quarantined),
        ],
        OperationKind.Purge =>
            [("purged", report.Deleted), ("states", report.Updated), ("held", report.Skipped), ("bytesFreed", report.BytesFreed)],
        OperationKind.ShareRepair => [("checked", report.Checked), ("repaired", report.Repaired)],
        OperationKind.SearchIndex => [("indexed", report.Added)],
        _ => [("added", report.Added), ("updated", report.Updated), ("deleted", report.Deleted), ("unchanged", report.Unchanged)],
    };

    /// <summary>Whole, by account: <c>[{"account":"a@b","items":[1255,1369],"wholeAccount":false}]</c>.</summary>
    private static void WriteUnrestored(Utf8JsonWriter json, OperationReport report)
    {
        json.WriteStartArray("unrestoredItems");
        foreach (var account in report.UnrestoredItems)
        {
            json.WriteStartObject();
            json.WriteString("account", account.Account);
            json.WriteStartArray("items");
            foreach (long item in account.Items)
            {
                json.WriteNumberValue(item);
            }

            json.WriteEndArray();
            json.WriteBoolean("wholeAccount", account.WholeAccount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
