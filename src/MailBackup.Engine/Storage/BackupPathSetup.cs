using MailBackup.Configuration;

namespace MailBackup.Storage;

/// <summary>Makes and opens backup paths: who owns it, whether it can be used, which format it has.</summary>
internal static class BackupPathSetup
{
    public static bool IsInitialized(string path) => Directory.Exists(path) && new BackupLayout(path).FindOwner() is not null;

    /// <summary>Throws <c>BackupPathNotFound</c>, <c>BackupPathNotInitialized</c>, <c>BackupPathOwnedByAnotherServer</c>, <c>BackupPathFormatTooNew</c>.</summary>
    public static BackupLayout Open(string path, Guid server)
    {
        var layout = new BackupLayout(path);
        if (!Directory.Exists(layout.Root))
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotFound,
                $"The backup path {layout.Root} is not there.",
                "Mount its device, or make a new one with 'mailbackup init'.",
                layout.Root);
        }

        CheckOwner(layout, server);
        BackupStat.Read(layout);
        return layout;
    }

    /// <summary>Makes the path this server's; on its own path nothing but missing folders is made.</summary>
    public static BackupLayout Initialize(string path, Guid server)
    {
        var layout = new BackupLayout(path);
        try
        {
            if (Directory.Exists(layout.Root) && layout.FindOwner() is not null)
            {
                CheckOwner(layout, server);
                BackupStat.Read(layout);
                return layout;
            }

            if (Directory.Exists(layout.Root) && Directory.EnumerateFileSystemEntries(layout.Root).Any(e => Path.GetFileName(e) != "lost+found" && !IsLeftover(layout, e, server)))
            {
                throw new MailBackupException(
                    ErrorIds.BackupPathNotEmpty,
                    $"{layout.Root} is neither empty nor a backup path.",
                    "Choose an empty folder, or a name that does not exist yet.",
                    layout.Root);
            }

            PrivateFiles.CreateRoot(layout.Root);
            CheckUsable(layout);
            foreach (string folder in Folders(layout))
            {
                layout.Files.CreateFolder(folder);
            }

            new BackupStat { Created = DateTimeOffset.UtcNow }.Write(layout);

            // Last: only now the folder is a backup path.
            var map = new BackupMap { ServerId = server, Host = Environment.MachineName, Created = DateTimeOffset.UtcNow };
            AtomicFile.Write(layout.Files, layout.Map(server), BackupMapJson.Write(map), sync: true);
            return layout;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    private static string[] Folders(BackupLayout layout) => [layout.Accounts, layout.Provisioning, layout.Items, layout.State];

    private static string ProbeOf(BackupLayout layout) => Path.Combine(layout.Root, "mailbackup-case-Probe");

    /// <summary>
    /// What this server's own making of the path has left when it was cut short, and nothing else: empty folders, an empty probe, a <c>backupstat</c> that knows of no scan,
    /// small files in the making.
    /// </summary>
    private static bool IsLeftover(BackupLayout layout, string entry, Guid server)
    {
        if (Directory.Exists(entry))
        {
            return Folders(layout).Contains(entry, StringComparer.Ordinal) && !Directory.EnumerateFileSystemEntries(entry).Any();
        }

        long length = new FileInfo(entry).Length;
        return entry == ProbeOf(layout) ? length == 0
            : entry == layout.BackupStat ? length == 0 || BackupStat.Read(layout) is { FirstScan: null, LastScan: null, ProvisioningToken: null }
            : entry == AtomicFile.TemporaryOf(layout.BackupStat) || entry == AtomicFile.TemporaryOf(layout.Map(server));
    }

    /// <summary>
    /// Makes another server's path this one's. The new map stands before the old ones go: should this be cut short, the path is refused to everybody until it
    /// is done again. Throws what <see cref="Open"/> throws but <c>BackupPathOwnedByAnotherServer</c>, and <c>BackupPathBusy</c> while its server writes.
    /// </summary>
    /// <returns>False when it was this server's already.</returns>
    public static bool Adopt(string path, Guid server, string by)
    {
        var layout = new BackupLayout(path);
        var others = Directory.Exists(layout.Root) ? layout.FindOwners().Where(o => o != server).ToList() : [];
        if (others.Count == 0)
        {
            Open(path, server);
            return false;
        }

        BackupStat.Read(layout);
        try
        {
            PrivateFiles.CreateDirectory(layout.State);
            using var writer = WriterLock.TryAcquire(layout.WriterLock, layout.Files) ?? throw new MailBackupException(
                ErrorIds.BackupPathBusy,
                $"An operation of server {others[0]}{HostOf(layout, others[0])} is writing to {layout.Root}.",
                "A server that is at work keeps its backup path. Nothing was changed.",
                layout.Root);
            var now = DateTimeOffset.UtcNow;
            var maps = others.ConvertAll(o => BackupMap.Read(layout.Map(o)) ?? new BackupMap { ServerId = o });
            var own = BackupMap.Read(layout.Map(server));
            var map = new BackupMap
            {
                ServerId = server,
                Host = Environment.MachineName,
                Created = maps.Min(m => m.Created),
                Previous =
                [
                    .. maps.SelectMany(m => m.Previous).Concat(own?.Previous ?? []).Concat(maps.Select(m => new PreviousOwner(m.ServerId, m.Host, now, by)))
                        .DistinctBy(p => (p.ServerId, p.Until)).OrderBy(p => p.Until),
                ],
            };
            AtomicFile.Write(layout.Files, layout.Map(server), BackupMapJson.Write(map), sync: true);
            others.ForEach(o => layout.Files.Delete(layout.Map(o)));
            layout.Files.SyncFolder(layout.Root);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    /// <summary>
    /// Throws <c>BackupPathNotInitialized</c>, <c>BackupPathOwnedByAnotherServer</c>. Asked on opening, and by whoever has got the writer lock: a path may have been
    /// adopted since it was opened.
    /// </summary>
    public static void CheckOwner(BackupLayout layout, Guid server)
    {
        var owners = layout.FindOwners();
        if (owners.Count == 0)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotInitialized,
                $"{layout.Root} is not a backup path.",
                "Make one with 'mailbackup init', or look whether its device is mounted.",
                layout.Root);
        }

        // Also where our own map lies beside another's: whoever put it there, writing could ruin the backup of that server.
        if (owners.FirstOrDefault(o => o != server) is var owner && owner != default)
        {
            string since = BackupMap.Read(layout.Map(owner))?.Previous.LastOrDefault(p => p.ServerId == server) is { } lost
                ? FormattableString.Invariant($", which took it over from this one on {lost.Until.ToLocalTime():yyyy-MM-dd HH:mm}") : $", this is server {server}";
            throw new MailBackupException(
                ErrorIds.BackupPathOwnedByAnotherServer,
                $"The backup path {layout.Root} belongs to server {owner}{HostOf(layout, owner)}{since}.",
                "Choose another path; or set MAILBACKUP_HOME to the home of the server that owns it; or, when that server is gone for good, take the path over with "
                + "'mailbackup init --adopt'. Nothing was changed.",
                layout.Root);
        }
    }

    private static string HostOf(BackupLayout layout, Guid owner) => BackupMap.Read(layout.Map(owner))?.Host is { Length: > 0 } host ? $" ({host})" : "";

    /// <summary>Throws <c>BackupPathCaseInsensitive</c>, and what the file system says to a first file.</summary>
    public static void CheckUsable(BackupLayout layout)
    {
        string probe = ProbeOf(layout);
        try
        {
            File.WriteAllBytes(probe, []);
            if (File.Exists(Path.Combine(layout.Root, "MAILBACKUP-CASE-pROBE")))
            {
                throw new MailBackupException(
                    ErrorIds.BackupPathCaseInsensitive,
                    $"{layout.Root} lies on a file system that does not tell upper from lower case.",
                    "Choose a path on a case-sensitive file system (ext4, xfs, btrfs, zfs …).",
                    layout.Root);
            }
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
