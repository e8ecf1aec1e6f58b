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
        switch (kind)
        {
            case var restore when restore.IsRestore():
                json.WriteNumber("restored", report.Restored);
                json.WriteNumber("skipped", report.Skipped);
                json.WriteNumber("unrestored", report.Unrestored);
                WriteUnrestored(json, report);
                break;
            case OperationKind.BackupExport:
                json.WriteNumber("items", report.Added);
                json.WriteNumber("blobs", report.Blobs);
                json.WriteNumber("unchanged", report.Unchanged);
                break;
            case OperationKind.AccountExport:
                json.WriteNumber("exported", report.Added);
                break;
            case OperationKind.AccountImport:
                json.WriteNumber("added", report.Restored);
                json.WriteNumber("updated", report.Updated);
                json.WriteNumber("deleted", report.Deleted);
                json.WriteNumber("skipped", report.Skipped);
                break;
            case OperationKind.CoherencyCheck:
                json.WriteNumber("checked", report.Checked);
                json.WriteNumber("skipped", report.Skipped);
                json.WriteNumber("quarantined", report.Quarantined);
                break;
            case OperationKind.Repair:
                json.WriteNumber("checked", report.Checked);
                json.WriteNumber("repaired", report.Repaired);
                json.WriteNumber("fetched", report.Fetched);
                json.WriteNumber("lost", report.Lost);
                json.WriteNumber("quarantined", report.Quarantined);
                break;
            case OperationKind.Purge:
                json.WriteNumber("purged", report.Deleted);
                json.WriteNumber("states", report.Updated);
                json.WriteNumber("held", report.Skipped);
                json.WriteNumber("bytesFreed", report.BytesFreed);
                break;
            case OperationKind.SearchIndex:
                json.WriteNumber("indexed", report.Added);
                break;
            default:
                json.WriteNumber("added", report.Added);
                json.WriteNumber("updated", report.Updated);
                json.WriteNumber("deleted", report.Deleted);
                json.WriteNumber("unchanged", report.Unchanged);
                break;
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
