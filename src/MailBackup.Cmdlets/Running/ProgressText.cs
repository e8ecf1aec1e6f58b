using System.Globalization;
using System.Management.Automation;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Running;

/// <summary>How far an operation is, as Write-Progress shows it: activity, account, per cent, rate, time left.</summary>
internal static class ProgressText
{
    private const double MegaByte = 1024 * 1024;

    public static ProgressRecord ToRecord(Operation operation, OperationQueue queue) =>
        operation is { State: OperationState.Running, Progress: { } progress }
            ? Running(operation, progress)
            : new ProgressRecord(ActivityId(operation), operation.Kind.ToString(), Waiting(operation, queue));

    private static ProgressRecord Running(Operation operation, OperationProgress progress)
    {
        string activity = progress.Activity.Length > 0 ? progress.Activity : operation.Kind.ToString();
        var record = new ProgressRecord(ActivityId(operation), activity, Status(progress));
        if (!string.IsNullOrEmpty(progress.Account))
        {
            record.CurrentOperation = progress.Account;
        }

        if (progress.Percent is { } percent)
        {
            record.PercentComplete = (int)Math.Clamp(percent, 0, 100);
        }

        if (progress.SecondsLeft is { } left)
        {
            record.SecondsRemaining = (int)Math.Min(left, int.MaxValue);
        }

        return record;
    }

    private static string Status(OperationProgress p)
    {
        var parts = new List<string>(5);
        if (!string.IsNullOrEmpty(p.Account))
        {
            parts.Add(p.Account);
        }

        if (p.AccountsTotal > 1)
        {
            parts.Add(Text($"{Math.Min(p.AccountsDone + 1, p.AccountsTotal)} of {p.AccountsTotal}"));
        }

        parts.Add(p.ItemsTotal is { } total ? Text($"{p.ItemsDone:N0} of {total:N0} items") : Text($"{p.ItemsDone:N0} items"));
        if (p.Seconds >= 1)
        {
            parts.Add(Text($"{p.ItemsDone / p.Seconds:N0}/s"));
            parts.Add(Text($"{p.BytesDone / p.Seconds / MegaByte:N0} MB/s"));
        }

        return string.Join(", ", parts);
    }

    private static string Waiting(Operation operation, OperationQueue queue)
    {
        int before = queue.List().TakeWhile(o => o.Id != operation.Id).Count();
        return before switch
        {
            0 => "Waiting for its turn",
            1 => "Waiting for one operation before it",
            _ => Text($"Waiting for {before} operations before it"),
        };
    }

    /// <summary>Several operations of one pipeline (one an account) replace each other's line.</summary>
    private static int ActivityId(Operation operation) => (int)operation.Kind + 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
