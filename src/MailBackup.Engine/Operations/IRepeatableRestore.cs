namespace MailBackup.Operations;

/// <summary>A request to restore that can be asked again for a part of what it was about.</summary>
public interface IRepeatableRestore
{
    /// <summary>The same, for these items of one account only; without items for all that it asked of the account.</summary>
    OperationRequest For(string account, IReadOnlyList<long> items);
}
