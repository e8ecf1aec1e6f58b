using System.Globalization;
using MailBackup.Cli.Output;
using MailBackup.Operations;

namespace MailBackup.Cli.Running;

/// <summary>The words of the progress line.</summary>
internal static class ProgressText
{
    /// <summary><c>Scanning  account 3/12  alice@example.org  12,345 items  1,234/s  23.4 MB/s  45 %  0:12 left</c></summary>
    public static string Of(OperationProgress progress)
    {
        var parts = new List<string>(8) { progress.Activity.Length > 0 ? progress.Activity : "Working" };
        if (progress.AccountsTotal > 0)
        {
            // Accounts done are counted from 0; people count the one being worked on.
            int number = Math.Min(progress.AccountsDone + 1, progress.AccountsTotal);
            parts.Add($"account {Quantity.Count(number)}/{Quantity.Count(progress.AccountsTotal)}");
        }

        if (!string.IsNullOrEmpty(progress.Account))
        {
            parts.Add(progress.Account);
        }

        parts.Add(Quantity.Count(progress.ItemsDone, "item", "items"));
        if (progress.Seconds > 0)
        {
            parts.Add(Quantity.ItemRate(progress.ItemsDone, progress.Seconds));
            parts.Add(Quantity.ByteRate(progress.BytesDone, progress.Seconds));
        }

        double? percent = progress.Percent ?? (progress.ItemsTotal is > 0 and var total ? 100.0 * progress.ItemsDone / total : null);
        if (percent is { } known)
        {
            parts.Add(Math.Clamp(known, 0, 100).ToString("0", CultureInfo.InvariantCulture) + " %");
        }

        if (progress.SecondsLeft is { } left)
        {
            parts.Add(Quantity.Clock(left) + " left");
        }

        return TextCleaner.Clean(string.Join("  ", parts));
    }

    /// <summary>Whose turn it is while operation <paramref name="id"/> waits; null when nobody else is before it.</summary>
    /// <param name="queue">Queued and running operations in order.</param>
    public static string? Waiting(Guid id, IReadOnlyList<Operation> queue)
    {
        var first = queue.FirstOrDefault(o => o.State == OperationState.Running) ?? (queue.Count > 0 ? queue[0] : null);
        return first is null || first.Id == id
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"waiting for {first.Kind} of process {first.ProcessId}");
    }
}
