using System.Globalization;
using System.Text;
using MailBackup.Operations;

namespace MailBackup.Notifications;

/// <summary>The words of a mail about an operation: what it is, its counts, and every item that was not restored, by account.</summary>
internal static class OperationMail
{
    /// <summary>Reasons given in full; the ids of unrestored items are all given.</summary>
    private const int ReasonsShown = 100;

    public static string Subject(Operation operation) =>
        $"MailBackup on {Environment.MachineName}: {OperationNames.Words(operation.Kind)} {Outcome(operation.State)}";

    public static string Body(Operation operation, string backupPath)
    {
        var text = new StringBuilder();
        Line(text, "Operation", $"{operation.Kind} {operation.Id}");
        Line(text, "Backup path", backupPath);
        Line(text, "Asked for", operation.Parameters);
        Line(text, "Started", Time(operation.Started));
        if (operation.Ended is not null)
        {
            Line(text, "Ended", Time(operation.Ended));
            Line(text, "Outcome", Outcome(operation.State));
        }

        if (operation.Error is { } error)
        {
            text.Append("\r\n").Append(error).Append("\r\n");
        }

        if (operation is { Ended: not null, Report: { } report })
        {
            Counts(text, report);
            Unrestored(text, report);
            List(text, "Reasons", [.. report.Troubles.Select(Describe)], report.Errors);
            List(text, "Warnings", report.Warnings, report.Warnings.Count);
        }

        return text.ToString();
    }

    private static void Counts(StringBuilder text, OperationReport report)
    {
        text.Append("\r\n");
        foreach (var (name, count) in (ReadOnlySpan<(string, long)>)
        [
            ("Added items", report.Added), ("Updated items", report.Updated), ("Deleted items", report.Deleted), ("Unchanged items", report.Unchanged),
            ("Restored items", report.Restored), ("Skipped items", report.Skipped), ("Unrestored items", report.Unrestored),
            ("Checked", report.Checked), ("Errors", report.Errors),
        ])
        {
            if (count > 0)
            {
                Line(text, name, count.ToString("N0", CultureInfo.InvariantCulture));
            }
        }
    }

    private static void Unrestored(StringBuilder text, OperationReport report)
    {
        if (report.UnrestoredItems.Count == 0)
        {
            return;
        }

        text.Append("\r\nUnrestored items\r\n");
        foreach (var account in report.UnrestoredItems)
        {
            text.Append("account: ").Append(account.Account).Append("\r\n");
            if (account.Items.Count > 0)
            {
                text.Append("unrestored items: ").Append(account.Ids).Append("\r\n");
            }

            if (account.WholeAccount)
            {
                text.Append("The account ended early: more of it may be missing.\r\n");
            }
        }
    }

    private static void List(StringBuilder text, string title, IReadOnlyList<string> lines, long count)
    {
        if (lines.Count == 0)
        {
            return;
        }

        text.Append("\r\n").Append(title).Append("\r\n");
        foreach (string line in lines.Take(ReasonsShown))
        {
            text.Append("- ").Append(line).Append("\r\n");
        }

        if (count > ReasonsShown)
        {
            text.Append(CultureInfo.InvariantCulture, $"… and {count - ReasonsShown:N0} more\r\n");
        }
    }

    private static string Describe(ItemTrouble trouble)
    {
        string where = string.Join(", ", new[] { trouble.Account, trouble.Item is { } item ? $"item {item}" : null, trouble.Path }.Where(w => !string.IsNullOrEmpty(w)));
        return where.Length > 0 ? $"{where}: {trouble.Reason}" : trouble.Reason;
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name + ":",-18}{value}\r\n");

    private static string Time(DateTimeOffset? time) => time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "not yet";

    private static string Outcome(OperationState state) => state switch
    {
        OperationState.Queued or OperationState.Running => "started",
        OperationState.CompletedWithErrors => "completed with errors",
        OperationState.Failed => "FAILED",
        _ => state.ToString().ToLowerInvariant(),
    };
}
