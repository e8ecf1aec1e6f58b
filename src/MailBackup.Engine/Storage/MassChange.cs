namespace MailBackup.Storage;

/// <summary>How much of an account a scan changed. Moves, flags and new items are no loss and not in it.</summary>
/// <param name="Known">Living items, folders left out, before the scan.</param>
/// <param name="Deleted">Of these, flagged deleted.</param>
/// <param name="Rewritten">Of these, found with another content.</param>
public sealed record MassChange(long Known, long Deleted, long Rewritten)
{
    public long Total => Deleted + Rewritten;
}
