using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>
/// What a restore is to do for one account: every strategy (items by hand, undelete, a whole account, another server's backup) is a plan, and
/// <see cref="RestoreRunner"/> carries out any of them. A plan is asked once for its folders, then once for its items.
/// </summary>
internal abstract class AccountPlan
{
    /// <summary>The account in the store that is read: <see cref="IRestoreSource.ReadState"/> is asked with it.</summary>
    public required Guid SourceAccount { get; init; }

    /// <summary>Its address there; troubles and unrestored ids are told by it.</summary>
    public required string Account { get; init; }

    /// <summary>Address of the account to restore into.</summary>
    public required string Target { get; init; }

    /// <summary>Make the target's mailbox when it is not there; else that is <c>SourceAccountNotFound</c>.</summary>
    public bool CreateTarget { get; init; }

    /// <summary>Told what is on the server again; null when nobody needs to know.</summary>
    public IRestoreRecord? Record { get; init; }

    /// <summary>
    /// What has to be done before the mailbox is made and filled (a directory entry). An error of it is an error of the whole account.
    /// </summary>
    public virtual ValueTask PrepareAsync(CancellationToken token) => ValueTask.CompletedTask;

    /// <summary>All that could be restored is on the server, durable.</summary>
    public virtual ValueTask FinishAsync() => ValueTask.CompletedTask;

    /// <summary>Folders to make first, parents before children. A broken one is reported to <paramref name="trouble"/> and left out.</summary>
    public virtual IReadOnlyList<PlannedFolder> Folders(Action<Model.ItemId, MailBackupException> trouble) => [];

    /// <summary>The items in the order in which they are wanted on the server, streaming.</summary>
    public abstract IEnumerable<PlannedItem> Items();

    /// <summary>How many items there will be, where that is cheap to know.</summary>
    public virtual long? Count() => null;

    /// <summary>A folder as a target takes it.</summary>
    protected static RestoreFolder NewFolder(string path, FolderKind kind) => new(path, kind, Key: null, Attributes: null);
}
