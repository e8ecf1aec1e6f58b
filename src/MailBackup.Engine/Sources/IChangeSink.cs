namespace MailBackup.Sources;

/// <summary>Hears where a server changes. Called from threads of the feed, many times a second; never blocks.</summary>
public interface IChangeSink
{
    /// <summary>From now on nothing is missed.</summary>
    void Following();

    /// <summary>Items of a folder came, went or changed.</summary>
    /// <param name="account">Address.</param>
    /// <param name="kind">With the key, what <see cref="SourceFolder"/> says of the folder.</param>
    /// <param name="key">The server's own name for the folder.</param>
    /// <param name="item">
    /// The <see cref="SourceItem.Key"/> of an item that came or changed; whatever becomes of it later is told too. Null where that is not known, or where one is gone: then
    /// the whole folder is looked at.
    /// </param>
    void FolderChanged(string account, FolderKind kind, string key, string? item = null);

    /// <summary>Folders of an account came, went or changed, or what changed in it cannot be told.</summary>
    void AccountChanged(string account);

    /// <summary>More happened than could be followed: every account may have changed.</summary>
    void Lost(string reason);

    /// <summary>These accounts cannot be followed any more (none: all can again). They are looked at from time to time instead.</summary>
    /// <param name="accounts">Addresses.</param>
    /// <param name="reason">One sentence that says what to do.</param>
    void Unwatched(IReadOnlyCollection<string> accounts, string reason);

    /// <summary>These accounts are looked at from time to time only, wholly or but for some folders (none: all are followed at once).</summary>
    /// <param name="accounts">Addresses.</param>
    /// <param name="interval">How long a change in one of them may wait until it is seen.</param>
    /// <param name="reason">One sentence for an administrator; null when there are none.</param>
    void InRounds(IReadOnlyCollection<string> accounts, TimeSpan interval, string? reason)
    {
    }
}
