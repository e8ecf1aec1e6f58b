using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>A backup path, this node's or another's, as a source of restores.</summary>
internal sealed class StoreSource(BackupReader reader) : IRestoreSource
{
    public string? DamageOf(Guid account) => reader.Damaged.GetValueOrDefault(account);

    public ItemState ReadState(Guid account, PlannedItem item) => reader.ReadState(account, item.Place);

    public Stream OpenContent(ItemState state) => reader.Content.Open(state);
}
