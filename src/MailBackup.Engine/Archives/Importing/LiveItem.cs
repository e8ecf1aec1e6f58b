using MailBackup.Sources;

namespace MailBackup.Archives.Importing;

/// <summary>An item that the account has.</summary>
/// <param name="size">Bytes of its content, exact where the server says it.</param>
internal sealed class LiveItem(SourceItem item, ItemIdentity identity, long size)
{
    public SourceItem Item { get; } = item;

    public ItemIdentity Identity { get; } = identity;

    public long Size { get; } = size;

    /// <summary>An item of the archive has been found to be this one; the next with the same identity is another.</summary>
    public bool Claimed { get; set; }
}
