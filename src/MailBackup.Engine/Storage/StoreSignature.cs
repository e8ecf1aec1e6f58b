namespace MailBackup.Storage;

/// <summary>
/// What a look at a handful of files tells of whether a backup path has moved on. <see cref="Lock"/> changes whenever an operation begins or ends,
/// <see cref="Accounts"/> and <see cref="AccountChanges"/> with the accounts; a commit in the catalog shows in the catalog itself.
/// </summary>
/// <param name="Catalog">Inode of the catalog: another one when it was made anew.</param>
/// <param name="Owner">Of a path that is only read, what its owner's own catalog and its <c>backupstat</c> show of its writing; else nothing.</param>
internal readonly record struct StoreSignature(
    long Catalog, FileStamp Lock, FileStamp Accounts, FileStamp AccountChanges, (FileStamp Catalog, FileStamp Log, FileStamp Stat) Owner)
{
    /// <summary>For how long the last change of another server's file is not trusted: two changes within a tick of its clock look like one.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    public static StoreSignature Of(BackupLayout layout) => new(
        FileIdentity.Inode(layout.Catalog),
        FileIdentity.Stamp(Path.Combine(layout.OwnersState, Path.GetFileName(layout.WriterLock))),
        FileIdentity.Stamp(layout.Accounts),
        FileIdentity.Stamp(layout.AccountChanges),
        !layout.IsReadOnly ? default : (
            FileIdentity.Stamp(Path.Combine(layout.OwnersState, Path.GetFileName(layout.Catalog))),
            FileIdentity.Stamp(Path.Combine(layout.OwnersState, Path.GetFileName(layout.Catalog) + "-wal")),
            FileIdentity.Stamp(layout.BackupStat)));

    /// <summary>Whether the same signature later means that nothing has happened since.</summary>
    public bool IsTelling(BackupLayout layout)
    {
        if (!layout.IsReadOnly)
        {
            return true;
        }

        long newest = new[] { Lock, Accounts, AccountChanges, Owner.Catalog, Owner.Log, Owner.Stat }.Max(s => s.Changed);
        return newest < (DateTime.UtcNow - Tick).Ticks && !(layout is TransparentLayout && Storage.BackupStat.Read(layout)?.Completed is null);
    }
}
