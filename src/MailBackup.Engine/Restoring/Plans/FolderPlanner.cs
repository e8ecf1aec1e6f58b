using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Plans;

/// <summary>Tells where the items of an account go: the folder that each lay in, as it was at the moment, with what made it that folder.</summary>
internal sealed class FolderPlanner(BackupReader reader, Guid account)
{
    private readonly ConcurrentDictionary<(JournalPlace Place, FolderKind Kind), RestoreFolder> _known = new();

    public FolderTimeline Timeline { get; } = FolderTimeline.Load(reader.Catalog, account);

    /// <summary>The folder of an item at a moment (null: now); null when the backup does not know it.</summary>
    public RestoreFolder? Find(ItemId folder, DateTimeOffset? moment, ItemType item) =>
        Timeline.LivingAt(folder, Ticks(moment)) is { } span ? Of(span, KindOf(item)) : null;

    /// <summary>Every folder that was there at a moment (null: now), parents first.</summary>
    public List<PlannedFolder> ThereAt(DateTimeOffset? moment, Action<ItemId, MailBackupException> trouble)
    {
        var folders = new List<PlannedFolder>();
        foreach (var (id, span) in Timeline.ThereAt(Ticks(moment)))
        {
            try
            {
                folders.Add(new PlannedFolder(id, Read(span)));
            }
            catch (MailBackupException e)
            {
                trouble(id, e);
            }
        }

        return folders;
    }

    /// <summary>The folder that one of its states describes. Throws <c>JournalDamaged</c>.</summary>
    public RestoreFolder Read(FolderSpan span)
    {
        var state = reader.ReadState(account, span.Place);
        var folder = new RestoreFolder(span.Path, FolderState.KindOf(state), state.Key, FolderState.SourceAttributes(state));
        return _known.GetOrAdd((span.Place, folder.Kind), folder);
    }

    public static FolderKind KindOf(ItemType type) => type switch
    {
        ItemType.Message => FolderKind.Mail,
        ItemType.Contact or ItemType.ContactGroup => FolderKind.Contacts,
        ItemType.Appointment or ItemType.Task => FolderKind.Calendar,
        _ => FolderKind.Files,
    };

    private RestoreFolder Of(FolderSpan span, FolderKind kind) => _known.GetOrAdd((span.Place, kind), _ =>
    {
        try
        {
            return Read(span) with { Kind = kind };
        }
        catch (MailBackupException)
        {
            // Its attributes are lost, and the folder itself is reported; its items need no more than its path.
            return new RestoreFolder(span.Path, kind, null, null);
        }
    });

    private static long Ticks(DateTimeOffset? moment) => moment?.UtcTicks ?? long.MaxValue;
}
