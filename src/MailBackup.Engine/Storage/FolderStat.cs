using MailBackup.Sources;

namespace MailBackup.Storage;

/// <summary>What the last scan saw of a folder.</summary>
public sealed record FolderStat
{
    /// <summary>Item id of the folder.</summary>
    public required long Id { get; init; }

    public required string Path { get; init; }

    public required FolderKind Kind { get; init; }

    public string Key { get; init; } = "";

    public string? Identity { get; init; }

    /// <summary>The source's token when every item of the folder was last known to be saved; null lists it again.</summary>
    public string? Token { get; init; }

    /// <summary>Living items.</summary>
    public long Items { get; init; }

    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}
