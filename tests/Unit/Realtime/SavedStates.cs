using MailBackup.Storage;

namespace MailBackup.Tests.Realtime;

internal static class SavedStates
{
    /// <summary>No state of an item is there twice, and none overlaps the next.</summary>
    public static void Verify(BackupLayout layout)
    {
        using var catalog = StoreReader.OpenCatalog(layout, null);
        using var db = catalog.Connect();
        Assert.Equal(0, db.Scalar("""
            SELECT count(*) FROM state a JOIN state b ON b.account = a.account AND b.item = a.item
            AND b.tx = (SELECT min(tx) FROM state c WHERE c.account = a.account AND c.item = a.item AND c.tx > a.tx)
            WHERE a.deleted = b.deleted AND a.folder = b.folder AND a.flags = b.flags AND a.key = b.key AND a.date = b.date
            AND coalesce(a.tags, '') = coalesce(b.tags, '') AND coalesce(a.digest, '') = coalesce(b.digest, '') AND a.type = 1
            """));
        Assert.Equal(0, db.Scalar("SELECT count(*) FROM state a JOIN state b ON b.account = a.account AND b.item = a.item AND b.tx > a.tx WHERE a.end > b.start"));
    }
}
