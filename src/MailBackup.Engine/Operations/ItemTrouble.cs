namespace MailBackup.Operations;

/// <summary>One thing that an operation could not do, with the reason.</summary>
/// <param name="ErrorId">One of <see cref="ErrorIds"/>.</param>
/// <param name="Account">Address, where it belongs to one.</param>
/// <param name="Item">Item id, where it has one.</param>
/// <param name="Path">Path or name on the server, or file and offset in the backup path.</param>
/// <param name="Reason">One sentence for people.</param>
public sealed record ItemTrouble(string ErrorId, string? Account, long? Item, string? Path, string Reason)
{
    /// <summary>An account that could not be gone through. What failed is named as the path, unless it is the account itself.</summary>
    public static ItemTrouble OfAccount(string? account, MailBackupException e) =>
        new(e.ErrorId, account, null, Convert.ToString(e.Target, null) is { } target && target != account ? target : null, e.Message);

    /// <summary>Where to look next.</summary>
    public TroubleCategory Category => TroubleCategories.Of(ErrorId);
}
