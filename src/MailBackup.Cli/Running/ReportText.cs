using MailBackup.Cli.Output;
using MailBackup.Operations;

namespace MailBackup.Cli.Running;

/// <summary>The summary of an ended operation, for people.</summary>
internal static class ReportText
{
    /// <summary>Characters of unrestored ids an account; <c>--json</c> has all of them.</summary>
    private const int IdsShown = 400;

    /// <summary>What was done, in a few lines. Also for an operation that was stopped or failed half-way: what it counts is durable.</summary>
    public static IEnumerable<string> Summary(OperationKind kind, OperationReport report)
    {
        foreach (string line in kind switch
        {
            var restore when restore.IsRestore() => Restore(report),
            OperationKind.CoherencyCheck => Check(report),
            OperationKind.BackupExport => Export(report),
            OperationKind.AccountExport or OperationKind.AccountImport =>
                [$"{Short(kind, report)}; {Quantity.Size(report.BytesRead)} in {Quantity.Time(report.Seconds)}."],
            OperationKind.SearchIndex => Index(report),
            OperationKind.Repair => Repair(report),
            OperationKind.Purge => Purge(report),
            OperationKind.ShareRepair => [$"{Short(kind, report)}; {Quantity.Time(report.Seconds)}."],
            _ => Scan(report),
        })
        {
            yield return line;
        }

        foreach (string warning in report.Warnings)
        {
            yield return "Note: " + warning;
        }
    }

    /// <summary>The counts in one short piece, for a list of operations.</summary>
    public static string Short(OperationKind kind, OperationReport report)
    {
        string counts = kind switch
        {
            var restore when restore.IsRestore() => $"{Quantity.Count(report.Restored)} restored, {Quantity.Count(report.Skipped)} skipped",
            OperationKind.BackupExport => $"{Quantity.Count(report.Added)} items, {Quantity.Count(report.Blobs)} contents exported",
            OperationKind.CoherencyCheck => $"{Quantity.Count(report.Checked)} checked",
            OperationKind.AccountExport => $"{Quantity.Count(report.Added)} exported",
            OperationKind.AccountImport => $"{Quantity.Count(report.Restored)} added, {Quantity.Count(report.Updated)} changed, "
                + $"{Quantity.Count(report.Deleted)} removed, {Quantity.Count(report.Skipped)} skipped",
            OperationKind.SearchIndex => $"{Quantity.Count(report.Added)} indexed",
            OperationKind.Repair => $"{Quantity.Count(report.Repaired)} repaired, {Quantity.Count(report.Fetched)} fetched, {Quantity.Count(report.Lost)} lost",
            OperationKind.ShareRepair => $"{Quantity.Count(report.Checked, "share", "shares")} checked, {Quantity.Count(report.Repaired)} repaired",
            OperationKind.Purge => $"{Quantity.Count(report.Deleted)} purged, {Quantity.Size(report.BytesFreed)} freed",
            _ => $"{Quantity.Count(report.Added)} added, {Quantity.Count(report.Updated)} updated, {Quantity.Count(report.Deleted)} deleted",
        };
        long failed = Math.Max(report.Errors, report.Unrestored);
        return failed > 0 ? $"{counts}, {Quantity.Count(failed, "error", "errors")}" : counts;
    }

    /// <summary>Where, then why.</summary>
    public static string Trouble(ItemTrouble trouble)
    {
        var where = new List<string>(3);
        if (!string.IsNullOrEmpty(trouble.Account))
        {
            where.Add(trouble.Account);
        }

        if (trouble.Item is { } item)
        {
            where.Add($"item {item}");
        }

        if (!string.IsNullOrEmpty(trouble.Path))
        {
            where.Add(trouble.Path);
        }

        string category = trouble.Category switch
        {
            TroubleCategory.ReadError => " (read error)",
            TroubleCategory.BrokenItem => " (broken item)",
            TroubleCategory.InvalidItem => " (invalid item)",
            _ => "",
        };
        return where.Count > 0 ? $"{string.Join(", ", where)}{category}: {trouble.Reason}" : trouble.Reason;
    }

    private static IEnumerable<string> Scan(OperationReport report)
    {
        long changed = report.Added + report.Updated + report.Deleted;
        yield return changed == 0 && report.Errors == 0
            ? $"Nothing has changed: {Quantity.Count(report.Unchanged, "item", "items")}, {Quantity.Time(report.Seconds)}."
            : $"{Quantity.Count(report.Added)} added, {Quantity.Count(report.Updated)} updated, {Quantity.Count(report.Deleted)} deleted, "
                + $"{Quantity.Count(report.Unchanged)} unchanged in {Quantity.Time(report.Seconds)}.";
        if (report.BytesRead > 0)
        {
            // A deep scan reads what has not changed as well, and stores none of it.
            string share = Quantity.Share(report.BytesStored, report.BytesRead);
            string stored = report.BytesStored > 0 ? $", stored {Quantity.Size(report.BytesStored)} {share}".TrimEnd() : "";
            long items = (long)((changed > 0 ? changed : report.Unchanged) / Math.Max(report.Seconds, 0.001));
            yield return $"Read {Quantity.Size(report.BytesRead)}{stored}; {Quantity.Count(items)} items/s, "
                + $"{Quantity.ByteRate(report.BytesRead, report.Seconds)}.";
        }

        if (report.Errors > 0)
        {
            yield return $"{Quantity.Count(report.Errors, "item", "items")} could not be saved; the next scan tries again.";
        }
    }

    private static IEnumerable<string> Restore(OperationReport report)
    {
        yield return $"{Quantity.Count(report.Restored)} restored, {Quantity.Count(report.Skipped)} skipped (already there), "
            + $"{Quantity.Count(report.Unrestored)} unrestored in {Quantity.Time(report.Seconds)}.";
        foreach (var account in report.UnrestoredItems)
        {
            string ids = account.Ids;
            string shown = ids.Length <= IdsShown ? ids : ids[..ids.LastIndexOf(',', IdsShown)] + ",…";
            yield return account.WholeAccount
                ? $"account: {account.Account}  ended early{(ids.Length > 0 ? "; unrestored items: " + shown : "")}"
                : $"account: {account.Account}  unrestored items: {shown}";
        }
    }

    private static IEnumerable<string> Export(OperationReport report)
    {
        yield return $"{Quantity.Count(report.Added, "item", "items")} and {Quantity.Count(report.Blobs, "content", "contents")} exported "
            + $"({Quantity.Size(report.BytesStored)}), {Quantity.Count(report.Unchanged)} items were there already, in {Quantity.Time(report.Seconds)}.";
        if (report.Errors > 0)
        {
            yield return $"{Quantity.Count(report.Errors, "item lacks", "items lack")} something; `mailbackup check` tells what is damaged.";
        }
    }

    private static IEnumerable<string> Purge(OperationReport report)
    {
        yield return $"{Quantity.Count(report.Deleted, "item", "items")} and {Quantity.Count(report.Updated, "past state", "past states")} purged, "
            + $"{Quantity.Size(report.BytesFreed)} freed in {Quantity.Time(report.Seconds)}.";
    }

    private static IEnumerable<string> Check(OperationReport report)
    {
        string what = $"Checked {Quantity.Count(report.Checked)} transactions and blobs in {Quantity.Time(report.Seconds)}";
        yield return report.Errors == 0
            ? what + ": everything is in order."
            : $"{what}: {Quantity.Count(report.Errors, "error", "errors")}. `mailbackup repair` mends what can be mended.";
    }

    private static IEnumerable<string> Repair(OperationReport report)
    {
        yield return $"{Quantity.Count(report.Repaired)} repaired, {Quantity.Count(report.Fetched)} fetched again, {Quantity.Count(report.Lost)} lost in {Quantity.Time(report.Seconds)}.";
        if (report.Lost > 0)
        {
            yield return "What is lost is told above; another copy of the backup may have it (`mailbackup repair --from FOLDER`).";
        }
    }

    private static IEnumerable<string> Index(OperationReport report)
    {
        yield return report.Added == 0
            ? "The search index is up to date."
            : $"Indexed {Quantity.Count(report.Added, "change", "changes")} for searching in {Quantity.Time(report.Seconds)}.";
        if (report.Errors > 0)
        {
            yield return $"The content of {Quantity.Count(report.Errors, "item", "items")} could not be read; they are found by subject and sender only.";
        }
    }
}
