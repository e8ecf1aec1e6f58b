using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Changes;

/// <summary>
/// Follows a Maildir tree by inotify(7): one watch a directory that holds items. Where the kernel could not keep up, or gives no more watches, it
/// says so; it never lets a change go by in silence.
/// </summary>
internal sealed class MaildirChangeFeed : IChangeFeed
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LookSoon = TimeSpan.FromSeconds(1);

    // Accounts that could not be watched are tried again and looked through.
    private static readonly TimeSpan LookAtUnwatched = TimeSpan.FromSeconds(30);

    // Directories that came without an event, as on a network file system.
    private static readonly TimeSpan LookAnyway = TimeSpan.FromMinutes(5);

    private readonly Inotify _inotify;
    private readonly WatchTree _tree;
    private readonly string _root;
    private readonly OpenRenames _renames = new();
    private IChangeSink _sink = null!;
    private bool _look;
    private bool _lost;
    private bool _toldUnwatched;

    public MaildirChangeFeed(MailboxLayout layout)
    {
        _root = layout.Root;
        try
        {
            _inotify = new Inotify();
        }
        catch (PosixException e)
        {
            throw new MailBackupException(
                ErrorIds.RealtimeUnavailable, $"Changes of {_root} cannot be followed: {e.Reason}.",
                e.Errno == Errno.EMFILE ? "Raise fs.inotify.max_user_instances with sysctl." : "Back it up by schedule instead.", _root, e);
        }

        _tree = new WatchTree(layout, _inotify);
    }

    public int Watches => _tree.Count;

    /// <summary>A thread of its own: it waits in the kernel.</summary>
    public Task RunAsync(IChangeSink sink, CancellationToken token)
    {
        _sink = sink;
        return Task.Factory.StartNew(() => Run(token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public ValueTask DisposeAsync()
    {
        _inotify.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run(CancellationToken token)
    {
        try
        {
            _tree.AddAll();
            TellUnwatched();
            _sink.Following();
            long looked = Environment.TickCount64;
            while (!token.IsCancellationRequested)
            {
                bool quiet = !_inotify.Read(Wait, OnEvent);
                _renames.Settle(TellRemoved);
                var wait = _look || _lost ? quiet ? TimeSpan.Zero : LookSoon : _tree.Unwatched.Count > 0 ? LookAtUnwatched : LookAnyway;
                if (Environment.TickCount64 - looked >= wait.TotalMilliseconds)
                {
                    Look();
                    looked = Environment.TickCount64;
                }
            }
        }
        catch (PosixException e)
        {
            throw new MailBackupException(
                ErrorIds.SourceUnreadable, $"{e.Path} cannot be followed: {e.Reason}.",
                "Check that its file system is mounted and the backup may read it.", e.Path, e);
        }
    }

    /// <summary>Watches what is not watched yet, and says what may have happened in it.</summary>
    private void Look()
    {
        bool lost = _lost;
        _look = _lost = false;
        foreach (string account in _tree.AddAll())
        {
            _sink.AccountChanged(account);
        }

        if (lost)
        {
            // After the watches: what happens from here on makes events again.
            _sink.Lost("More changed at once than the kernel keeps events for (fs.inotify.max_queued_events); all accounts are looked through.");
        }

        TellUnwatched();
        foreach (string account in _tree.Unwatched.Keys)
        {
            _sink.AccountChanged(account);
        }
    }

    private void TellUnwatched()
    {
        if (_tree.Unwatched.Count > 0 || _toldUnwatched)
        {
            _toldUnwatched = _tree.Unwatched.Count > 0;
            _sink.Unwatched(_tree.Unwatched.Keys.ToArray(), WhyUnwatched());
        }
    }

    private string WhyUnwatched()
    {
        var failed = _tree.Unwatched.Values.Where(e => e.Errno != Errno.ENOSPC).ToList();
        var why = new List<string>();
        if (_tree.Unwatched.Count - failed.Count is var full and > 0)
        {
            why.Add(FormattableString.Invariant($"{full:N0} accounts cannot be watched, because this user may have no more inotify watches; they are looked through every {LookAtUnwatched.TotalSeconds:N0} s. Raise fs.inotify.max_user_watches with sysctl ({_tree.Count:N0} watches are in use)."));
        }

        if (failed.Count > 0)
        {
            why.Add(FormattableString.Invariant($"{failed.Count:N0} accounts cannot be watched wholly ({failed[0].Path}: {failed[0].Reason}); they are looked through every {LookAtUnwatched.TotalSeconds:N0} s. See that the backup may read all of them."));
        }

        return string.Join(' ', why);
    }

    private void OnEvent(int watch, InotifyMask mask, uint cookie, ReadOnlySpan<byte> name)
    {
        if ((mask & InotifyMask.QueueOverflow) != 0)
        {
            _lost = true;
            return;
        }

        var directories = _tree.Find(watch);
        if ((mask & (InotifyMask.DeleteSelf | InotifyMask.MoveSelf | InotifyMask.Unmount)) != 0 && directories.Any(d => d.Path == _root))
        {
            throw new MailBackupException(ErrorIds.SourceNotFound, $"{_root} has gone.", "Mount its file system.", _root);
        }

        if ((mask & (InotifyMask.Ignored | InotifyMask.Unmount)) != 0)
        {
            _tree.Forget(watch);
            return;
        }

        bool isDirectory = (mask & InotifyMask.Directory) != 0;
        bool hasMessages = false;
        foreach (var directory in directories)
        {
            if (directory.Mailbox is not { } mailbox)
            {
                _look |= isDirectory;
            }
            else if (name.IsEmpty)
            {
                _sink.AccountChanged(mailbox.Account);
            }
            else if (isDirectory)
            {
                OnDirectory(directory, mask, FileNames.FromNative(name));
            }
            else if (directory.Role == WatchRole.Messages)
            {
                hasMessages = true;
            }
            else
            {
                OnFile(directory, name);
            }
        }

        if (hasMessages && MessageName.IsMessage(name))
        {
            OnMessage(directories, mask, cookie, name);
        }
    }

    private void OnDirectory(WatchedDirectory parent, InotifyMask mask, string name)
    {
        if (parent.Role == WatchRole.Messages || (parent.Role == WatchRole.MailFolder && name == "tmp"))
        {
            return;
        }

        if ((mask & (InotifyMask.Create | InotifyMask.MovedTo)) != 0)
        {
            _tree.AddChild(parent, name);
        }

        _sink.AccountChanged(parent.Mailbox!.Account);
    }

    private void OnFile(WatchedDirectory directory, ReadOnlySpan<byte> name)
    {
        string account = directory.Mailbox!.Account;
        switch (directory.Role)
        {
            case WatchRole.MailFolder when name.SequenceEqual("dovecot-keywords"u8):
                _sink.FolderChanged(account, directory.Kind, directory.Key);
                break;
            case WatchRole.MailFolder when name.SequenceEqual("subscriptions"u8) && directory.Key == FolderName.InboxKey:
                _sink.AccountChanged(account);
                break;
            case WatchRole.Collections or WatchRole.Items when CollectionFolders.IsItem(name, directory.Kind):
                _sink.FolderChanged(account, directory.Kind, directory.Key);
                break;
            case WatchRole.Collections or WatchRole.Items when directory.Kind != FolderKind.Files && CollectionFolders.IsMetadata(name):
                _sink.AccountChanged(account);
                break;
        }
    }

    /// <summary>
    /// A message that came or has another name is told by that name, so that nobody need list the folder for it. One that is gone is not: whether it lives on under
    /// another name only the folder shows.
    /// </summary>
    private void OnMessage(WatchedDirectory[] directories, InotifyMask mask, uint cookie, ReadOnlySpan<byte> name)
    {
        var here = new List<MovedMessage>(directories.Length);
        foreach (var directory in directories)
        {
            if (directory.Role == WatchRole.Messages)
            {
                string part = directory.Path.EndsWith("/new", StringComparison.Ordinal) ? MessageName.New : MessageName.Current;
                here.Add(new MovedMessage(directory, FileNames.FromNative(part, name)));
            }
        }

        if ((mask & InotifyMask.MovedFrom) != 0)
        {
            _renames.Add(cookie, here);
            return;
        }

        // First where it went from: a move that is seen in halves would be a deletion and a new mail.
        if ((mask & InotifyMask.MovedTo) != 0)
        {
            _renames.Take(cookie).FindAll(from => !here.Exists(from.IsSameAs)).ForEach(TellRemoved);
        }

        foreach (var (directory, key) in here)
        {
            _sink.FolderChanged(directory.Mailbox!.Account, directory.Kind, directory.Key, (mask & InotifyMask.Delete) != 0 ? null : key);
        }
    }

    private void TellRemoved(MovedMessage message) =>
        _sink.FolderChanged(message.Directory.Mailbox!.Account, message.Directory.Kind, message.Directory.Key);
}
