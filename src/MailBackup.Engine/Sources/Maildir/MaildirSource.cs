using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MailBackup.Sources.Maildir.Posix;
using MailBackup.Sources.Maildir.Restoring;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Mail as files: Maildir++ as Dovecot keeps it, with address books, calendars and documents beside it. Reads the tree while the server
/// works in it, takes no lock and changes nothing.
/// </summary>
public sealed class MaildirSource : IMailSource
{
    // A handful is enough: folders are scanned one after another, a few accounts at a time.
    private const int MaximumIndexes = 4;

    private readonly MailboxLayout _layout;
    private readonly Func<string?, ProvisioningSnapshot?>? _provisioning;
    private readonly TimeProvider _clock;
    private readonly FileStatus _root;
    private readonly ConcurrentDictionary<string, Mailbox> _mailboxes = new(StringComparer.Ordinal);
    private readonly Lock _indexLock = new();
    private readonly LinkedList<FolderIndex> _indexes = [];

    /// <summary>Throws <c>SourceNotSet</c>, <c>SourceNotFound</c>, <c>ConfigurationInvalid</c>.</summary>
    /// <param name="provisioning">Reads the directory, given the token of the last reading; null when there is none.</param>
    public MaildirSource(
        SourceConfiguration configuration, Func<string?, ProvisioningSnapshot?>? provisioning = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrWhiteSpace(configuration.Maildir))
        {
            throw new MailBackupException(
                ErrorIds.SourceNotSet, "No mail source is set.", "Name the root of the Maildir tree in the configuration.");
        }

        _layout = new MailboxLayout(configuration);
        _provisioning = provisioning;
        _clock = clock ?? TimeProvider.System;
        _root = CheckRoot();
        RestoreTarget = new MaildirRestoreTarget(_layout);
        Editor = new MaildirEditor(_layout);
    }

    public string Description => $"Maildir {_layout.Root}";

    public IRestoreTarget? RestoreTarget { get; }

    public IProvisioningTarget? ProvisioningTarget { get; init; }

    public IMailboxEditor? Editor { get; }

    public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return new(_provisioning?.Invoke(knownToken));
    }

    public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        CheckRoot();
        return new(Guard(() =>
        {
            var accounts = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var mailbox in _layout.FindAll())
            {
                token.ThrowIfCancellationRequested();
                accounts.Add(mailbox.Account);
            }

            return (IReadOnlyList<string>)accounts.ToList();
        }));
    }

    public ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(account);
        token.ThrowIfCancellationRequested();
        return new(Guard(() =>
        {
            var mailbox = _layout.Find(account);
            if (mailbox is null)
            {
                // Gone with its whole tree, as after an unmount, is not the same as gone.
                CheckRoot();
                return (IReadOnlyList<SourceFolder>)[];
            }

            _mailboxes[account] = mailbox;
            long now = FolderToken.Nanoseconds(_clock.GetUtcNow());
            var taken = new HashSet<string>(StringComparer.Ordinal);
            var folders = MailFolders.List(mailbox, taken, now);
            folders.AddRange(CollectionFolders.List(mailbox, taken, now));
            folders.Sort(static (a, b) => FolderName.CompareParentsFirst(a.Path, b.Path));
            return folders;
        }));
    }

    public async IAsyncEnumerable<SourceItem> ListItemsAsync(
        string account, SourceFolder folder, [EnumeratorCancellation] CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var mailbox = Guard(() => Locate(account)) ?? throw Unreadable(account, "it has no mailbox", null);
        string directory = mailbox.FolderDirectory(folder);
        using var items = (folder.Kind == FolderKind.Mail ? MessageLister.List(directory, token) : FileLister.List(directory, folder.Kind, token))
            .GetEnumerator();
        Func<bool> next = items.MoveNext;
        while (Guard(next))
        {
            yield return items.Current;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<SourceItem>?> ListNamedAsync(
        string account, SourceFolder folder, IReadOnlyCollection<string> keys, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(keys);
        token.ThrowIfCancellationRequested();
        return new(folder.Kind == FolderKind.Mail && Guard(() => Locate(account)) is { } mailbox
            ? Guard(() => MessageLister.ListNamed(mailbox.FolderDirectory(folder), keys)) : null);
    }

    public ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(item);
        token.ThrowIfCancellationRequested();
        if (!_mailboxes.TryGetValue(account, out var mailbox) && (mailbox = Guard(() => Locate(account))) is null)
        {
            return new((SourceContent?)null);
        }

        string directory = mailbox.FolderDirectory(folder);
        if (ItemContent.TryOpen(directory, item.Key, folder.Kind) is var (stream, length, status))
        {
            return new(new SourceContent(stream, length, Refresh(folder, item, status)));
        }

        return new(folder.Kind == FolderKind.Mail ? OpenRenamed(mailbox, directory, item) : null);
    }

    public string StableKeyOf(FolderKind kind, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return kind == FolderKind.Mail && key.Length > MessageName.Current.Length
            ? MessageName.StablePart(key.AsSpan(MessageName.Current.Length)).ToString()
            : key;
    }

    public IReadOnlyList<string> KeyPrefixes(FolderKind kind, string stableKey) =>
        kind == FolderKind.Mail ? [MessageName.Current + stableKey, MessageName.New + stableKey] : [stableKey];

    public IChangeFeed OpenChanges() => new Changes.MaildirChangeFeed(_layout);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static SourceItem Refresh(SourceFolder folder, SourceItem item, FileStatus status)
    {
        long stated = folder.Kind == FolderKind.Mail ? MessageName.StatedSize(item.StableKey) : -1;
        long size = stated >= 0 ? stated : status.Size;
        var date = status.ModifiedDate;
        return date == item.Date && size == item.Size ? item : item with { Date = date, Size = size };
    }

    /// <summary>The server has renamed the file since it was listed, or it has gone.</summary>
    private SourceContent? OpenRenamed(Mailbox mailbox, string directory, SourceItem item)
    {
        // A second file of one stable part is known by its full name; its next name cannot be told from its twin's.
        string stable = MessageName.StablePart(item.Key.AsSpan(MessageName.Current.Length)).ToString();
        if (stable != item.StableKey)
        {
            return null;
        }

        return Guard(() =>
        {
            if (!FileStatus.TryGet(directory, "cur", out _))
            {
                return FileStatus.TryGet(mailbox.MailDirectory, "cur", out _)
                    ? null : throw new PosixException(Errno.ENOENT, mailbox.MailDirectory);
            }

            // When a user marks a whole folder, every file of it is renamed; an index that is a little old still finds most of them.
            FolderIndex? known;
            lock (_indexLock)
            {
                known = _indexes.FirstOrDefault(i => i.Directory == directory);
            }

            return (known is null ? null : TryOpen(known)) ?? (known is { IsCurrent: true } ? null : TryOpen(Remember(FolderIndex.Read(directory))));
        });

        SourceContent? TryOpen(FolderIndex index)
        {
            foreach (string key in index.Find(stable))
            {
                if (ItemContent.TryOpen(directory, key, FolderKind.Mail) is var (stream, length, status))
                {
                    return new SourceContent(stream, length, MessageLister.Create(key, status, KeywordFile.Read(directory)));
                }
            }

            return null;
        }
    }

    private FolderIndex Remember(FolderIndex index)
    {
        lock (_indexLock)
        {
            for (var node = _indexes.First; node is not null; node = node.Next)
            {
                if (node.Value.Directory == index.Directory)
                {
                    _indexes.Remove(node);
                    break;
                }
            }

            _indexes.AddFirst(index);
            if (_indexes.Count > MaximumIndexes)
            {
                _indexes.RemoveLast();
            }
        }

        return index;
    }

    private Mailbox? Locate(string account)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (!_mailboxes.TryGetValue(account, out var mailbox) && _layout.Find(account) is { } found)
        {
            mailbox = _mailboxes.GetOrAdd(account, found);
        }

        return mailbox;
    }

    /// <summary>The root must be there and be the directory that it was when the source was opened.</summary>
    private FileStatus CheckRoot() => Guard(() =>
    {
        if (!FileStatus.TryGet(_layout.Root, out var status) || !status.IsDirectory)
        {
            throw new MailBackupException(
                ErrorIds.SourceNotFound, $"There is no directory {_layout.Root}.",
                "Correct the root of the Maildir tree in the configuration, or mount its file system.", _layout.Root);
        }

        bool opened = _root.Mode != 0;
        return opened && (status.Device != _root.Device || status.Inode != _root.Inode)
            ? throw Unreadable(_layout.Root, "another directory has taken its place while it was read", null)
            : status;
    });

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PosixException e)
        {
            throw Unreadable(e.Path, e.Reason, e);
        }
    }

    private static MailBackupException Unreadable(string path, string reason, Exception? inner) =>
        new(ErrorIds.SourceUnreadable, $"{path} cannot be read: {reason}.",
            "Check that it is there, its file system is mounted and the backup may read it, then scan again.", path, inner);
}
