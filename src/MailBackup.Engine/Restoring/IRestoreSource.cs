using MailBackup.Model;

namespace MailBackup.Restoring;

/// <summary>
/// A store that items are restored from: this node's backup path, another server's, or an export. Any thread may ask. What cannot be read ends in a
/// <see cref="MailBackupException"/> of one item (<c>BlobMissing</c>, <c>BlobUnreadable</c>, <c>BlobDamaged</c>, <c>JournalDamaged</c>).
/// </summary>
internal interface IRestoreSource
{
    /// <summary>How the journal of an account is damaged: what it has is not all listed. Null when it is whole.</summary>
    string? DamageOf(Guid account);

    /// <summary>The photograph that an item of a plan is restored from.</summary>
    ItemState ReadState(Guid account, PlannedItem item);

    /// <summary>Opens its content; may be asked more than once.</summary>
    Stream OpenContent(ItemState state);
}
