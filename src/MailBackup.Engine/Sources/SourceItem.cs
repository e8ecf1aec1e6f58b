using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>An item as the server lists it, without its content.</summary>
public sealed record SourceItem
{
    /// <summary>
    /// The name that stays when flags change, unique within the folder and normally within the account (Maildir: the file name up to the
    /// colon). A move keeps it.
    /// </summary>
    public required string StableKey { get; init; }

    /// <summary>Where it is right now and what is recorded of it (Maildir: <c>cur/name:2,S</c>). Starts from the folder.</summary>
    public required string Key { get; init; }

    public MessageFlags Flags { get; init; }

    /// <summary>Keywords, sorted by ordinal.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Internal date; the store keeps it to 100 ns.</summary>
    public DateTimeOffset Date { get; init; }

    /// <summary>Further attributes worth keeping with it (<see cref="SavedAttribute"/>); null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>When a mail came into its folder (SAVEDATE, RFC 8514), as <c>2026-01-31T12:00:00.0000000Z</c>.</summary>
    public const string SavedAttribute = "saved";

    /// <summary>Bytes that the server states. A hint: with <see cref="Date"/> it tells that content may have changed in place.</summary>
    public long Size { get; init; }
}
