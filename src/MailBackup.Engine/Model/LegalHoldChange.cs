namespace MailBackup.Model;

/// <summary>One line of the journal of legal holds: a hold was placed (or its reason changed), or all holds of an account were lifted.</summary>
/// <param name="Held">True when a hold was placed, false when the account's holds were lifted.</param>
public sealed record LegalHoldChange(
    TransactionId Id, DateTimeOffset Time, Guid AccountId, string Account, bool Held, bool Automatic, string Reason, string By);
