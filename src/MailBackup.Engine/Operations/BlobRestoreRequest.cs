using MailBackup.Model;

namespace MailBackup.Operations;

/// <summary>Puts back content that the mail server has lost of living items, and nothing else.</summary>
public sealed record BlobRestoreRequest : OperationRequest, IRepeatableRestore
{
    /// <summary>Addresses; empty for every account that is not deleted.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>The content is right as it was at this moment; null is what the last scan saw.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Which losses to look for.</summary>
    public IReadOnlyList<ContentLoss> Losses { get; init; } = [ContentLoss.Missing, ContentLoss.Empty, ContentLoss.Damaged];

    /// <summary>Read every content on the server and compare it; else its length tells.</summary>
    public bool ReadData { get; init; }

    /// <summary>Only these of the items, of the one account; empty for all.</summary>
    public IReadOnlyList<long> Items { get; init; } = [];

    /// <inheritdoc/>
    public OperationRequest For(string account, IReadOnlyList<long> items) =>
        this with { Accounts = Accounts.Count == 1 ? Accounts : [account], Items = items.Count > 0 ? items : Items };
}
