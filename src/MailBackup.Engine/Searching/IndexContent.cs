using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Searching;

/// <summary>A content of a batch that the index does not know, and the transactions that brought it.</summary>
internal sealed class IndexContent(ContentKey key, ItemState state, string account, ItemId item)
{
    public ContentKey Key { get; } = key;

    public ItemState State { get; } = state;

    /// <summary>The first item that has it: whom to name when it cannot be read.</summary>
    public string Account { get; } = account;

    public ItemId Item { get; } = item;

    /// <summary>Where the content, or its header, lies; null when it is missing.</summary>
    public BlobLocation? Head { get; set; }

    public BlobLocation? Body { get; set; }

    /// <summary>Set by the extraction.</summary>
    public long Document { get; set; }

    /// <summary>Key of the words, where copies can share them.</summary>
    public ContentKey? Words { get; set; }

    /// <summary>It could not be read, so it is not known: whoever brings it again lets it be tried again.</summary>
    public bool Failed { get; set; }

    public List<(long Account, Transaction Transaction)> Entries { get; } = [];
}
