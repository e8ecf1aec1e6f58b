namespace MailBackup.Storage;

/// <summary>What a purge takes away in one step.</summary>
/// <param name="Rewritten">Accounts whose item journals lose lines.</param>
/// <param name="Removed">Accounts that go as a whole.</param>
/// <param name="Bundles">Bundles that go; what is still needed of them lies elsewhere.</param>
internal sealed record PurgeRecord(
    DateTimeOffset When, IReadOnlyList<Guid> Rewritten, IReadOnlyList<RemovedAccount> Removed, IReadOnlyList<int> Bundles);

/// <summary>An account that a purge has removed.</summary>
/// <param name="Transactions">How many its item journal had.</param>
/// <param name="Head">The checksum at the end of its item journal.</param>
internal sealed record RemovedAccount(Guid Id, string Name, long Transactions, string Head);
