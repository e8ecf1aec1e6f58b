using System.Globalization;
using MailBackup.Cmdlets.Running;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Output;

/// <summary>The last column of an operation: how far it is, or what it did.</summary>
internal static class ResultText
{
    public static string Of(Operation operation) => operation switch
    {
        { State: OperationState.Queued } => "",
        { State: OperationState.Running, Progress: { } progress } => Running(progress),
        { State: OperationState.Running } => "",
        { State: OperationState.Stopped, Report: { } report } => Ended(operation.Kind, report),
        { Error: { Length: > 0 } error } => CmdletWords.Translate(error),
        { Report: { } report } => Ended(operation.Kind, report),
        _ => "",
    };

    private static string Running(OperationProgress progress) =>
        progress.Percent is { } percent
            ? Text($"{percent:N0} %, {progress.ItemsDone:N0} items")
            : Text($"{progress.ItemsDone:N0} items");

    private static string Ended(OperationKind kind, OperationReport report)
    {
        (long Count, string Word)[] counts = kind switch
        {
            var restore when restore.IsRestore() => [(report.Restored, "restored"), (report.Skipped, "skipped"), (report.Unrestored, "unrestored")],
            OperationKind.BackupExport =>
                [(report.Added, "items"), (report.Blobs, "contents"), (report.Unchanged, "unchanged"), (report.Errors, "errors")],
            OperationKind.AccountExport => [(report.Added, "exported"), (report.Errors, "errors")],
            OperationKind.AccountImport =>
            [
                (report.Restored, "added"), (report.Updated, "changed"), (report.Deleted, "removed"), (report.Skipped, "skipped"), (report.Errors, "errors"),
            ],
            OperationKind.SearchIndex => [(report.Added, "indexed"), (report.Errors, "errors")],
            OperationKind.CoherencyCheck => [(report.Checked, "checked"), (report.Quarantined, "quarantined"), (report.Errors, "errors")],
            OperationKind.Repair => [(report.Repaired, "repaired"), (report.Fetched, "fetched"), (report.Lost, "lost")],
            OperationKind.ShareRepair => [(report.Checked, "checked"), (report.Repaired, "repaired"), (report.Errors, "errors")],
            OperationKind.Purge => [(report.Deleted, "purged"), (report.Updated, "states"), (report.Skipped, "held"), (report.Errors, "errors")],
            _ => [(report.Added, "added"), (report.Updated, "updated"), (report.Deleted, "deleted"), (report.Errors, "errors")],
        };
        string text = string.Join(", ", counts.Where(c => c.Count > 0).Select(c => Text($"{c.Count:N0} {c.Word}")));
        return text.Length > 0 ? text : "nothing to do";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
