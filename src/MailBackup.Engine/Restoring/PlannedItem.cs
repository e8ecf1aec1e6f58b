using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>
/// One item that a plan wants on the server. Small, because plans stream millions of them: the photograph is read from <see cref="Place"/> when
/// its turn comes.
/// </summary>
/// <param name="Id">Its id in the store that it comes from; troubles name it.</param>
/// <param name="Folder">Where it goes; shared by all items of the folder.</param>
internal readonly record struct PlannedItem(ItemId Id, JournalPlace Place, RestoreFolder Folder)
{
    /// <summary>The item is <see cref="Folder"/> itself.</summary>
    public bool IsFolder { get; init; }

    /// <summary>The backup holds it for deleted now; see <see cref="IRestoreRecord"/>.</summary>
    public bool Revives { get; init; }

    /// <summary>It lives on the server again as far as the backup knows: counted as skipped, not touched.</summary>
    public bool LivesAlready { get; init; }

    /// <summary>What becomes of its state on the way: a tag added, a flag stripped. Null leaves it as it was.</summary>
    public Func<ItemState, ItemState>? Adjust { get; init; }

    /// <summary>Why it cannot be restored, when the plan knows already: it counts as unrestored.</summary>
    public MailBackupException? Fault { get; init; }

    public static PlannedItem Unrestorable(ItemId id, MailBackupException fault) =>
        new(id, default, new RestoreFolder("", FolderKind.Mail, null, null)) { Fault = fault };
}
