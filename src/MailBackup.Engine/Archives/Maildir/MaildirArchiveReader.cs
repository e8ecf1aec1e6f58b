using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Maildir;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Archives.Maildir;

/// <summary>
/// Reads any Maildir: an archive of ours, a user's home with <c>Maildir</c> in it, or the mail folder itself; with contacts, calendars and documents
/// where they lie beside. Links to files are not followed, links to folders only to those of the same owner.
/// </summary>
internal sealed class MaildirArchiveReader(Mailbox mailbox) : IArchiveReader
{
    public ArchiveFormat Format => ArchiveFormat.Maildir;

    public long PassedOver => 0;

    /// <summary>The mailbox in a folder, or null when there is none.</summary>
    public static Mailbox? Find(string path)
    {
        var nested = new Mailbox("", path, path + "/" + MaildirArchiveWriter.MailName);
        return MailboxLayout.HasMail(nested) ? nested
            : Directory.Exists(path + "/cur") ? new Mailbox("", path, path)
            : ((string[])[Mailbox.Contacts, Mailbox.Calendars, Mailbox.Files]).Any(f => Directory.Exists(path + "/" + f)) ? nested
            : null;
    }

    public IEnumerable<RestoreFolder> Folders(CancellationToken token) =>
        List(withMail: true).Select(f => new RestoreFolder(f.Path, f.Kind, f.Key, f.Attributes));

    public IEnumerable<ArchiveEntry> Items(CancellationToken token) => List(withMail: true).SelectMany(f => Items(f, token));

    /// <summary>Contacts, calendars and documents only: what lies beside the mail in an archive of another format.</summary>
    public IEnumerable<RestoreFolder> Collections() => List(withMail: false).Select(f => new RestoreFolder(f.Path, f.Kind, f.Key, f.Attributes));

    /// <inheritdoc cref="Collections"/>
    public IEnumerable<ArchiveEntry> CollectionItems(CancellationToken token) => List(withMail: false).SelectMany(f => Items(f, token));

    public void Dispose()
    {
    }

    private List<SourceFolder> List(bool withMail)
    {
        try
        {
            var taken = new HashSet<string>(StringComparer.Ordinal);
            var folders = withMail ? MailFolders.List(mailbox, taken, 0) : [];
            folders.AddRange(CollectionFolders.List(mailbox, taken, 0));
            folders.Sort(static (a, b) => FolderName.CompareParentsFirst(a.Path, b.Path));
            return folders;
        }
        catch (PosixException e)
        {
            throw ArchiveErrors.Invalid(e.Path, e.Reason, e);
        }
    }

    private IEnumerable<ArchiveEntry> Items(SourceFolder folder, CancellationToken token)
    {
        string directory = mailbox.FolderDirectory(folder);
        var target = new RestoreFolder(folder.Path, folder.Kind, folder.Key, folder.Attributes);
        var list = folder.Kind == FolderKind.Mail ? MessageLister.List(directory, token) : FileLister.List(directory, folder.Kind, token);
        using var items = list.GetEnumerator();
        while (true)
        {
            ArchiveEntry entry;
            try
            {
                if (!items.MoveNext())
                {
                    yield break;
                }

                entry = Entry(directory, target, items.Current);
            }
            catch (PosixException e)
            {
                entry = new ArchiveEntry(target, directory, null, ArchiveErrors.BadItem(e.Path, e.Reason, e));
            }

            yield return entry;
            if (entry.Fault is not null)
            {
                yield break;
            }
        }
    }

    private static ArchiveEntry Entry(string directory, RestoreFolder folder, SourceItem item)
    {
        string place = FileNames.Join(directory, item.Key);
        var state = new ItemState
        {
            Type = TypeOf(folder.Kind), Key = item.Key, Flags = item.Flags, Tags = item.Tags, Date = item.Date, Size = item.Size,
            Subject = folder.Kind == FolderKind.Files ? item.Key : "",
        };
        return new ArchiveEntry(folder, place, new RestoreItem(state, _ => ValueTask.FromResult(
            ItemContent.TryOpen(directory, item.Key, folder.Kind)?.Stream ?? throw ArchiveErrors.BadItem(place, "it has gone"))));
    }

    internal static ItemType TypeOf(FolderKind kind) => kind switch
    {
        FolderKind.Mail => ItemType.Message,
        FolderKind.Contacts => ItemType.Contact,
        FolderKind.Calendar => ItemType.Appointment,
        _ => ItemType.Document,
    };
}
