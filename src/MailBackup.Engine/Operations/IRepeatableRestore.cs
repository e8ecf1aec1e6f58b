namespace MailBackup.Operations;

/// <summary>A request to restore that can be asked again for a part of what it was about.</summary>
public interface IRepeatableRestore
{
    /// <summary>
    /// The same, for these items of one account only; without items for all that it asked of the account. Where it named one account that stays as it was named:
    /// an id means one account for ever, its address may be another's by now.
    /// </summary>
    OperationRequest For(string account, IReadOnlyList<long> items);
}
