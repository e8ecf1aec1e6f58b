namespace MailBackup.Sources;

/// <summary>
/// A server that takes items back. Nothing that is there is ever overwritten or changed; what is there already, byte for byte, is left and
/// reported as such, so that a restore can be run again.
/// </summary>
public interface IRestoreTarget
{
    /// <summary>How many items of one account may be put back at the same time: more where the server is far away.</summary>
    int ItemsAtOnce => Math.Max(2, Environment.ProcessorCount);

    /// <summary>Throws <c>SourceAccountNotFound</c> when the account has no mailbox and <paramref name="create"/> is false.</summary>
    ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token);

    /// <summary>
    /// Nothing more comes for the account since <see cref="EnsureAccountAsync"/>: what is held open for it may go. Where it is never called, that is kept until the
    /// source is disposed.
    /// </summary>
    void EndAccount(string account)
    {
    }

    /// <summary>Makes the folder and its parents where they are missing; attributes (subscribed …) are set only on what is made.</summary>
    /// <returns>True when it was made.</returns>
    ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token);

    /// <summary>
    /// Gives a folder that has just been made what servers keep with folders besides their items: shares (<see cref="SourceFolder.AccessList"/>) and annotations
    /// (<see cref="SourceFolder.Annotation"/>). One that was there keeps its own: whoever took a share away does not want it back.
    /// </summary>
    /// <returns>What could not be given, sentences for people.</returns>
    ValueTask<IReadOnlyList<string>> RestoreDetailsAsync(string account, RestoreFolder folder, CancellationToken token)
    {
        var lost = (folder.Attributes?.Keys ?? []).Where(a => a == SourceFolder.AccessList || a.StartsWith(SourceFolder.Annotation, StringComparison.Ordinal)).ToList();
        return new(lost.Count == 0 ? [] : [$"{string.Join(", ", lost)} cannot be set on this server from here, and did not come back."]);
    }

    /// <summary>Puts one item into an existing folder, durable when the call returns or at the next <see cref="FlushAsync"/>.</summary>
    ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token);

    /// <summary>
    /// Subscribes the account to folders that lie elsewhere: lines of <see cref="SourceFolder.Mountpoints"/>. Durable at the next
    /// <see cref="FlushAsync"/>.
    /// </summary>
    /// <returns>How many were not there yet.</returns>
    ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token);

    /// <summary>Makes all that was restored durable. Throws when something of this account was lost since its last flush, whoever's flush met it.</summary>
    /// <param name="account">Whose restore asks; null: everybody's.</param>
    ValueTask FlushAsync(string? account, CancellationToken token);
}
