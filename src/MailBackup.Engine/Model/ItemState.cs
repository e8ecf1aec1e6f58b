namespace MailBackup.Model;

/// <summary>
/// A photograph of an item at one moment: all that is needed to put it back and nothing else. What a server forgets or makes anew
/// (last login, IMAP or ActiveSync state) is not in it.
/// </summary>
public sealed record ItemState
{
    public required ItemType Type { get; init; }

    /// <summary>The folder that the item lies in; null for a folder itself.</summary>
    public ItemId? Folder { get; init; }

    /// <summary>Subject of a message, name of a contact or document, summary of an appointment, path of a folder (<c>Archive/2024</c>).</summary>
    public string Subject { get; init; } = "";

    /// <summary>Sender of a message, address of a contact, organizer of an appointment.</summary>
    public string From { get; init; } = "";

    public MessageFlags Flags { get; init; }

    /// <summary>IMAP keywords, sorted by ordinal.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Internal date of a message, modification time of anything else; UTC, to 100 ns.</summary>
    public DateTimeOffset Date { get; init; }

    /// <summary>Bytes of the uncompressed content.</summary>
    public long Size { get; init; }

    /// <summary>Digest of the whole content; null for a folder.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Where the content is stored in two blobs: up to and with the first empty line, and the rest. Both or neither.</summary>
    public Digest? Header { get; init; }

    public Digest? Body { get; init; }

    /// <summary>The name that the source knows the item by, within its folder (Maildir: <c>cur/1700000000.M1P1.mx,S=12:2,S</c>).</summary>
    public string Key { get; init; } = "";

    /// <summary>
    /// Further attributes of a folder (kind, subscribed, color …) or a message (<c>saved</c>), sorted by ordinal; null when there are none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}
