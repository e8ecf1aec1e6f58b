using MailBackup.Sources;

namespace MailBackup.Archives.Importing;

/// <summary>An item that the account has.</summary>
internal sealed class LiveItem(SourceItem item, ItemIdentity identity)
{
    public SourceItem Item { get; } = item;

    public ItemIdentity Identity { get; } = identity;

    /// <summary>An item of the archive has been found to be this one; the next with the same identity is another.</summary>
    public bool Claimed { get; set; }
}
