using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>An account had many items and lost nearly all of them.</summary>
/// <param name="Before">The last moment before the greatest loss.</param>
/// <param name="Items">Living items then.</param>
/// <param name="Now">Living items in the latest state.</param>
internal sealed record AccountLoss(DateTimeOffset Before, long Items, long Now)
{
    /// <summary>Fewer than a tenth of what there was once, and a loss that nobody makes by hand in passing.</summary>
    private const double Share = 0.1;
    private const long LeastLoss = 20;

    /// <summary>Null when the account has no such loss. One pass over the moments at which states began and ended.</summary>
    public static AccountLoss? Find(Catalog catalog, Guid account)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT t, sum(d) FROM (
                SELECT start AS t, 1 AS d FROM state WHERE account = ?1 AND deleted = 0 AND type <> {(int)ItemType.Folder}
                UNION ALL
                SELECT end, -1 FROM state WHERE account = ?1 AND deleted = 0 AND type <> {(int)ItemType.Folder} AND end <> {Catalog.Open})
            GROUP BY t ORDER BY t
            """);
        using (var id = db.Prepare("SELECT id FROM account WHERE uuid = ?"))
        {
            if (!id.Bind(0, account.ToString("D")).Step())
            {
                return null;
            }

            select.Bind(0, id.Int64(0));
        }

        long living = 0, most = 0, loss = 0, itemsBefore = 0, lossAt = 0;
        while (select.Step())
        {
            long change = select.Int64(1);
            if (-change >= loss)
            {
                (loss, itemsBefore, lossAt) = (-change, living, select.Int64(0));
            }

            living += change;
            if (living > most)
            {
                (most, loss) = (living, 0);
            }
        }

        return living < most * Share && most - living >= LeastLoss && loss > 0
            ? new AccountLoss(new DateTimeOffset(lossAt - 1, TimeSpan.Zero), itemsBefore, living)
            : null;
    }
}
