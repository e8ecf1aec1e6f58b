using MailBackup.Configuration;
using MailBackup.Operations;

namespace MailBackup.Maintenance.Purging;

/// <summary>What a purge takes away, as moments. Null is: nothing of that, ever.</summary>
/// <param name="ItemsDeletedBefore">Items of living accounts that were deleted before this.</param>
/// <param name="AccountsDeletedBefore">Accounts that were deleted before this, with all that they had.</param>
/// <param name="StatesEndedBefore">Past states of living items that ended before this.</param>
internal sealed record PurgeRules(DateTimeOffset? ItemsDeletedBefore, DateTimeOffset? AccountsDeletedBefore, DateTimeOffset? StatesEndedBefore)
{
    public bool Nothing => this is { ItemsDeletedBefore: null, AccountsDeletedBefore: null, StatesEndedBefore: null };

    /// <summary>
    /// Under an infinite retention of data nothing is purged at all, accounts neither (seed 000, "Backup Purge"): who keeps every deleted item does not
    /// mean to lose whole mailboxes.
    /// </summary>
    public static PurgeRules From(PurgeRequest request, NodeConfiguration configuration, DateTimeOffset now)
    {
        int days = request.RetentionDays ?? configuration.DataRetentionDays;
        var items = request.DeletedBefore ?? Before(now, days);
        return new(
            items,
            items is null ? null : Before(now, configuration.AccountRetentionDays),
            request.HistoryRetentionDays is { } history ? Before(now, history) : null);
    }

    /// <summary>Throws <c>ArgumentInvalid</c> for what can only be a slip.</summary>
    public static void Check(PurgeRequest request, DateTimeOffset now)
    {
        if (request.RetentionDays < 0 || request.HistoryRetentionDays < 0)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "A retention is a number of days, 0 or more.", "Give 0 to keep for ever.");
        }

        if (request is { RetentionDays: not null, DeletedBefore: not null })
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "A retention and a moment are both given.", "Give only one of them.");
        }

        if (request.DeletedBefore > now)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{request.DeletedBefore.Value.ToLocalTime():yyyy-MM-dd HH:mm} is yet to come.", "Give a moment in the past.");
        }
    }

    private static DateTimeOffset? Before(DateTimeOffset now, int days) => days == 0 ? null : now.AddDays(-Math.Min(days, 3_000 * 365));
}
