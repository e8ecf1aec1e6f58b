using MailBackup.Sources;

namespace MailBackup.Archives.Importing;

/// <summary>
/// What a folder of the account has, by identity. Each live item answers to one item of the archive, so that a message that is twice in the archive
/// is twice in the account afterwards, and never replaces itself.
/// </summary>
internal sealed class LiveFolder
{
    private readonly Dictionary<ItemIdentity, List<LiveItem>> _items = [];

    private LiveFolder(SourceFolder? folder) => Folder = folder;

    /// <summary>Null for a folder that the account does not have yet.</summary>
    public SourceFolder? Folder { get; }

    /// <summary>Items that could not be read: what they are is not known, so an import may add them a second time.</summary>
    public List<string> Unreadable { get; } = [];

    public static LiveFolder Empty { get; } = new(null);

    public static async ValueTask<LiveFolder> ReadAsync(IMailSource source, string account, SourceFolder folder, CancellationToken token)
    {
        var live = new LiveFolder(folder);
        byte[] buffer = new byte[MailFields.HeadLength];
        await foreach (var item in source.ListItemsAsync(account, folder, token).ConfigureAwait(false))
        {
            try
            {
                await using var content = await source.OpenAsync(account, folder, item, token).ConfigureAwait(false);
                if (content is not null)
                {
                    int n = await content.Stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
                    live.Add(new LiveItem(content.Item, ItemIdentity.Of(folder.Kind, item.Key, buffer.AsSpan(0, n)), content.Length ?? content.Item.Size));
                }
            }
            catch (ItemReadException e)
            {
                live.Unreadable.Add(e.Path);
            }
        }

        return live;
    }

    /// <summary>The item that this one is, or null: then it is missing.</summary>
    /// <param name="anySize">A message of another size is the same too: its content is to be replaced.</param>
    public LiveItem? Find(PreparedItem wanted, bool anySize)
    {
        if (!_items.TryGetValue(wanted.Identity, out var items))
        {
            return null;
        }

        var free = items.Where(i => !i.Claimed).ToList();
        return free.Find(i => i.Size == wanted.State.Size) ?? (wanted.Folder.Kind == FolderKind.Mail ? free.Find(i => i.Size == wanted.WireSize) : null)
            ?? (anySize || wanted.Folder.Kind != FolderKind.Mail ? free.FirstOrDefault() : null);
    }

    private void Add(LiveItem item)
    {
        if (!_items.TryGetValue(item.Identity, out var items))
        {
            _items.Add(item.Identity, items = new(1));
        }

        items.Add(item);
    }
}
