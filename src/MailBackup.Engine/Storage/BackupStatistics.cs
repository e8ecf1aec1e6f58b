using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Counts and sizes of a backup path.</summary>
internal static class BackupStatistics
{
    public static BackupInfo Collect(BackupLayout layout, BackupReader reader, Guid server)
    {
        using var db = reader.Catalog.Connect();
        var stat = BackupStat.Read(layout);
        return new BackupInfo
        {
            Path = layout.Root,
            ServerId = server,
            FormatVersion = stat?.Format ?? BackupLayout.FormatVersion,
            Accounts = reader.Registry.Stats.Values.Count(a => !a.Deleted),
            DeletedAccounts = reader.Registry.Stats.Values.Count(a => a.Deleted),
            Items = db.Scalar($"SELECT count(*) FROM state WHERE end = {Catalog.Open} AND deleted = 0") ?? 0,
            DeletedItems = db.Scalar($"SELECT count(*) FROM state WHERE end = {Catalog.Open} AND deleted = 1") ?? 0,
            Transactions = db.Scalar("SELECT count(*) FROM state") ?? 0,
            Blobs = layout.CountBlobs(db),
            ContentBytes = db.Scalar($"SELECT sum(size) FROM state WHERE end = {Catalog.Open} AND deleted = 0") ?? 0,
            StoredBytes = SizeOf(layout.Accounts) + SizeOf(layout.Provisioning) + SizeOf(layout.Items),
            StateBytes = SizeOf(layout.State),
            FirstScan = stat?.FirstScan,
            LastScan = stat?.LastScan,
        };
    }

    private static long SizeOf(string folder) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0)
        : 0;
}
