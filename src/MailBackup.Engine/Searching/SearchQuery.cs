using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Searching;

/// <summary>
/// What to search for. Texts are in the language of queries: words are all wanted, <c>"phrases"</c>, <c>-not</c>, <c>OR</c>, <c>prefix*</c>, parentheses,
/// <c>field:word</c>. All that is given must fit.
/// </summary>
public sealed record SearchQuery
{
    /// <summary>In any part of the item, unless it names one: <c>budget from:alice has:attachment</c>. Empty for no condition.</summary>
    public string Text { get; init; } = "";

    /// <summary>In the sender (organizer, addresses of a contact); the same language. Null for no condition, as all below.</summary>
    public string? From { get; init; }

    /// <summary>In To, Cc and Bcc; attendees; members of a group.</summary>
    public string? To { get; init; }

    /// <summary>In the subject; name of a contact or document; summary of an appointment.</summary>
    public string? Subject { get; init; }

    public string? Body { get; init; }

    /// <summary>In the names of attachments.</summary>
    public string? Attachment { get; init; }

    /// <summary>Addresses; empty for all accounts.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Path of the folder, without its sub-folders.</summary>
    public string? Folder { get; init; }

    public ItemType? Type { get; init; }

    /// <summary>Date of the item (of a message: when it was delivered) before this moment.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Date of the item at or after this moment.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>More bytes than this.</summary>
    public long? LargerThan { get; init; }

    /// <summary>What the server has; what it has no longer; or both, and past contents of items that have changed since.</summary>
    public ItemSelection Selection { get; init; } = ItemSelection.Living;

    /// <summary>So many matches are ranked among themselves before the first of them is given.</summary>
    internal int RankedTogether { get; init; } = 5_000;
}
