using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Changes;

/// <summary>
/// What the watched directories are to the backup. The kernel gives a directory one watch, and links make it several things: a folder under two names, a folder of two
/// accounts, every account of a domain under a second name. What happens in it happens to all of them. Which of two names the backup knows a folder by is the
/// listing's to say; a name too many costs a look.
/// </summary>
internal sealed class WatchMeanings
{
    private readonly Dictionary<int, WatchedDirectory[]> _watches = [];

    public int Count => _watches.Count;

    /// <summary>None for a watch that is not known any more. Not changed by anything that follows.</summary>
    public WatchedDirectory[] Find(int watch) => _watches.GetValueOrDefault(watch) ?? [];

    public void Forget(int watch) => _watches.Remove(watch);

    public void Add(int watch, WatchedDirectory directory)
    {
        var known = Find(watch);
        bool isKnown = known.Contains(directory);

        // What is a mailbox, or a folder of one, is never again only a directory on the way to one.
        if ((isKnown && known.Length == 1) || (directory.Role == WatchRole.Tree && known.Any(k => k.Path == directory.Path)))
        {
            return;
        }

        var lasting = known.Length == 0 ? [] : known.Where(k => k == directory || (k.Path != directory.Path && AreSame(k.Path, directory.Path)));
        _watches[watch] = isKnown ? [.. lasting] : [.. lasting, directory];
    }

    /// <summary>False when it is certain that the first no longer leads to where the second does: it was renamed, or the link has gone.</summary>
    private static bool AreSame(string before, string path)
    {
        try
        {
            return !FileStatus.TryGet(path, out var now) || (FileStatus.TryGet(before, out var then) && (then.Device, then.Inode) == (now.Device, now.Inode));
        }
        catch (PosixException)
        {
            return true;
        }
    }
}
