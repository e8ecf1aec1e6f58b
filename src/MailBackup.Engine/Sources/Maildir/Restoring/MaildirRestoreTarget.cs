using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>Puts accounts, folders and items back into a Maildir tree while the mail server may be working in it.</summary>
internal sealed class MaildirRestoreTarget(MailboxLayout layout) : IRestoreTarget
{
    // Each remembers the names of its folder; more are kept only until the next flush.
    private const int ManyWriters = 16;
    private const int FewFiles = 8;

    private readonly Lock _lock = new();
    private readonly Lock _flush = new();
    private readonly Lock _making = new();
    private readonly GivenNames _given = new();
    private readonly Dictionary<string, FolderWriter> _writers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changedDirectories = new(StringComparer.Ordinal);

    /// <summary>Accounts of which something was lost that they had been told was restored, until their own flush says so. Guarded by <see cref="_flush"/>.</summary>
    private readonly List<(string Account, Exception Reason)> _lost = [];
    private readonly HashSet<string> _freshInboxes = new(StringComparer.OrdinalIgnoreCase);

    public ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        RestoreErrors.Guard(() => layout.Find(account) ?? (create ? CreateAccount(account) : throw NoAccount(account)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string key = RestorePath.ToKey(folder);
        return await RestoreErrors.GuardAsync(async () =>
        {
            var folders = new FolderCreator(layout.Find(account) ?? throw NoAccount(account), Changed);
            return folder.Kind == FolderKind.Mail
                ? await folders.EnsureMailAsync(key, TakeFresh(account, key), folder.Attributes, token).ConfigureAwait(false)
                : folders.EnsureFiles(key, folder.Kind, folder.Attributes);
        }).ConfigureAwait(false);
    }

    public ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(item);
        string key = RestorePath.ToKey(folder);
        return RestoreErrors.GuardAsync(async () =>
        {
            var writer = Writer(account, folder, key);
            try
            {
                return await writer.RestoreAsync(item, token).ConfigureAwait(false);
            }
            finally
            {
                lock (_lock)
                {
                    writer.Uses--;
                }
            }
        });
    }

    public async ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(mountpoints);
        return await RestoreErrors.GuardAsync(async () =>
            await new FolderCreator(layout.Find(account) ?? throw NoAccount(account), Changed).AddMountpointsAsync(mountpoints, token).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    public ValueTask FlushAsync(string? account, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();

        // One at a time: of two that overlap, one would publish what only the other has yet to sync.
        lock (_flush)
        {
            RestoreErrors.Guard(() =>
            {
                Flush();

                // A folder that vanished costs its own account, at whosever flush it shows.
                var lost = _lost.FindAll(l => account is null || l.Account == account);
                _lost.RemoveAll(lost.Contains);
                return lost.Count == 0 ? true : throw lost[0].Reason;
            });
        }

        return ValueTask.CompletedTask;
    }

    private void Flush()
    {
        List<(string Account, FolderWriter Writer)> writers;
        lock (_lock)
        {
            writers = [.. _writers.Select(w => (w.Key[..w.Key.IndexOf('\0', StringComparison.Ordinal)], w.Value))];
        }

        SyncContents(writers.ConvertAll(w => w.Writer));
        foreach (var (account, writer) in writers)
        {
            writer.Publish();
            if (writer.TakeFailure() is { } failure)
            {
                _lost.Add((account, failure));
            }
        }

        try
        {
            SyncDirectories();
        }
        catch (Exception e) when (e is PosixException or IOException)
        {
            // Which names are on the disk cannot be told, of nobody's.
            _lost.AddRange(writers.Select(w => (w.Account, e)));
            throw;
        }
    }

    private static void SyncContents(List<FolderWriter> writers)
    {
        if (writers.Sum(w => w.PendingCount) <= FewFiles)
        {
            writers.ForEach(w => w.SyncContents());
            return;
        }

        writers.ForEach(w => w.MarkSynced());
        foreach (var sameDevice in writers.Where(w => w.PendingCount > 0).GroupBy(w => w.Device).Select(g => g.ToList()))
        {
            // One that is still there stands for its file system.
            var one = sameDevice.Find(w => FileStatus.TryGet(w.Directory, out _)) ?? sameDevice[0];
            try
            {
                FileWrites.SyncFileSystem(one.Directory);
            }
            catch (Exception e) when (e is PosixException or IOException)
            {
                sameDevice.ForEach(w => w.Fail(e));
            }
        }
    }

    /// <summary>Counts as used until the caller has taken that back.</summary>
    private FolderWriter Writer(string account, RestoreFolder folder, string key)
    {
        string name = $"{account}\0{folder.Kind}\0{key}";
        lock (_lock)
        {
            if (_writers.TryGetValue(name, out var known))
            {
                known.Uses++;
                return known;
            }
        }

        var mailbox = layout.Find(account) ?? throw NoAccount(account);
        string directory = new FolderCreator(mailbox, Changed).Find(key, folder.Kind) ?? throw new MailBackupException(
            ErrorIds.FolderNotFound, $"{account} has no folder {folder.Path}.", "Make the folder before restoring into it.", folder.Path);
        FileStatus.TryGet(directory, out var owner);
        FolderWriter writer = folder.Kind == FolderKind.Mail
            ? new MailFolderWriter(directory, owner, _given) : new CollectionWriter(directory, folder.Kind, owner);
        lock (_lock)
        {
            if (!_writers.TryAdd(name, writer))
            {
                writer = _writers[name];
            }

            writer.Uses++;
        }

        foreach (string changed in writer.ChangedDirectories())
        {
            Changed(changed);
        }

        return writer;
    }

    private void Changed(string directory)
    {
        lock (_lock)
        {
            _changedDirectories.Add(directory);
        }
    }

    private void SyncDirectories()
    {
        List<string> directories;
        lock (_lock)
        {
            directories = [.. _changedDirectories];
            _changedDirectories.Clear();
            foreach (var (name, writer) in _writers.Count > ManyWriters ? _writers.ToList() : [])
            {
                // One that somebody is about to write to would never be flushed again.
                if (writer is { Uses: 0, PendingCount: 0 })
                {
                    _writers.Remove(name);
                }
            }

            foreach (var writer in _writers.Values)
            {
                _changedDirectories.UnionWith(writer.ChangedDirectories());
            }
        }

        var present = directories.Select(d => (Path: d, Exists: FileStatus.TryGet(d, out var status), status.Device)).Where(d => d.Exists).ToList();
        if (present.Count <= FewFiles)
        {
            present.ForEach(d => SyncIfThere(d.Path));
        }
        else
        {
            present.DistinctBy(d => d.Device).ToList().ForEach(d => FileWrites.SyncFileSystem(d.Path));
        }
    }

    private static void SyncIfThere(string directory)
    {
        try
        {
            FileWrites.Sync(directory);
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT)
        {
            // Its user has removed it just now.
        }
    }

    private Mailbox CreateAccount(string account)
    {
        Mailbox mailbox;
        lock (_making)
        {
            // One at a time: what is made takes its owner from the directory above or a neighbour, which may just have been made and not been handed over yet.
            mailbox = layout.Place(account, out var neighbour) ?? throw new MailBackupException(
                ErrorIds.SourceAccountNotFound, $"There is no place for {account} in the mail tree.",
                "Check the address against the pattern of the mail tree, or make its mailbox by hand.", account);
            new FolderCreator(mailbox, Changed).CreateMailbox(layout.Root, neighbour);
        }

        lock (_lock)
        {
            _freshInboxes.Add(account);
        }

        return mailbox;
    }

    /// <summary>True once for the INBOX of a mailbox that was made here: to the one who asks for the folder, it is new.</summary>
    private bool TakeFresh(string account, string key)
    {
        lock (_lock)
        {
            return key == FolderName.InboxKey && _freshInboxes.Remove(account);
        }
    }

    private static MailBackupException NoAccount(string account) =>
        new(ErrorIds.SourceAccountNotFound, $"{account} has no mailbox on the server.", "Restore with creation of accounts, or make its mailbox first.", account);
}
