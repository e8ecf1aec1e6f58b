using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// A mail server as the scanner sees it: it lists accounts, tells cheaply whether a folder may have changed, lists items and opens their
/// content as streams. A source never sees the store. Calls for different accounts may run at the same time; <see cref="OpenAsync"/> may
/// run at the same time for any items.
/// </summary>
/// <remarks>
/// Errors: <see cref="MailBackupException"/> when the source as a whole or an account cannot be read (<c>SourceNotFound</c>,
/// <c>SourceUnreadable</c>); <see cref="FolderReadException"/> when one folder cannot, <see cref="ItemReadException"/> when one item cannot. Nothing is ever reported as absent because it could
/// not be read: a directory that cannot be listed is an error, not an empty folder.
/// </remarks>
public interface IMailSource : IAsyncDisposable
{
    /// <summary>What the server is, for people: <c>Maildir /srv/mail</c>.</summary>
    string Description { get; }

    /// <summary>
    /// Accounts, domains, COS and lists of the directory, or null when there is no directory (then accounts are what
    /// <see cref="ListMailboxesAsync"/> shows) or when it has not changed since <paramref name="knownToken"/> was given.
    /// </summary>
    ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token);

    /// <summary>Addresses of all accounts that have a mailbox here, sorted by ordinal.</summary>
    ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token);

    /// <summary>
    /// A scan is going to list these accounts, in this order: a source that is far away may begin before it is asked. Promises nothing, and nothing is lost
    /// where it is ignored.
    /// </summary>
    void ExpectAccounts(IReadOnlyList<string> accounts)
    {
    }

    /// <summary>What a source has read of this account before it was asked is out of date.</summary>
    void Forget(string account)
    {
    }

    /// <summary>
    /// The content of this item will be asked for, after all that were named for the account before. <see cref="OpenAsync"/> works without it too, but a source that
    /// is far away can read ahead by it.
    /// </summary>
    void ExpectContent(string account, SourceFolder folder, SourceItem item)
    {
    }

    /// <summary>
    /// The folders of an account with their change tokens, parents before children. Costs a few calls a folder and lists no item. An account
    /// without a mailbox gives an empty list.
    /// </summary>
    ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token);

    /// <summary>The items of a folder, in no particular order. Throws rather than give a part of them.</summary>
    IAsyncEnumerable<SourceItem> ListItemsAsync(string account, SourceFolder folder, CancellationToken token);

    /// <summary>
    /// What a folder has become since it had the token <paramref name="since"/>, for a source that can tell without listing it; else null, and
    /// <see cref="ListItemsAsync"/> is asked. Given only what is proved: the known items without the gone and with the new are as many as the folder has.
    /// </summary>
    /// <param name="known">Keys of all items that the folder had at that time.</param>
    ValueTask<FolderChanges?> ListChangesAsync(string account, SourceFolder folder, string since, IReadOnlyCollection<string> known, CancellationToken token) =>
        new((FolderChanges?)null);

    /// <summary>
    /// Sizes and headers of messages of one folder, where they cost much less than the contents; what cannot be told so is left out. Asked for messages no part of whose
    /// key stays.
    /// </summary>
    ValueTask<IReadOnlyList<SourceHeader>> ReadHeadersAsync(string account, SourceFolder folder, IReadOnlyList<SourceItem> items, CancellationToken token) =>
        new((IReadOnlyList<SourceHeader>)[]);

    /// <summary>
    /// Of the items that a change feed has named in a folder, those that are there, each once; null when this cannot be told without listing the folder. One that is
    /// not there was renamed or removed meanwhile, which the feed tells as well.
    /// </summary>
    /// <param name="keys">What <see cref="IChangeSink.FolderChanged"/> was given.</param>
    ValueTask<IReadOnlyList<SourceItem>?> ListNamedAsync(string account, SourceFolder folder, IReadOnlyCollection<string> keys, CancellationToken token) =>
        new((IReadOnlyList<SourceItem>?)null);

    /// <summary>
    /// Items of one account that have the same <see cref="SourceItem.StableKey"/> and date have the same content, in whatever folders they lie: a copy need not be read.
    /// </summary>
    bool KnowsCopies => false;

    /// <summary>
    /// True when <see cref="ListMailboxesAsync"/> gives what somebody has chosen, not what the server has: other accounts of the backup are left alone, neither scanned
    /// nor, unless they are gone, flagged deleted.
    /// </summary>
    bool MailboxesAreChosen => false;

    /// <summary>
    /// Whether an account that <see cref="ListMailboxesAsync"/> no longer shows is gone from the server. False: it is there, or nobody can tell; then its backup is
    /// left as it is.
    /// </summary>
    ValueTask<bool> IsGoneAsync(string account, CancellationToken token) => new(true);

    /// <summary>
    /// Opens the content of an item, or null when it has gone since it was listed. An item that was only renamed since (another flag, from new
    /// to cur) is found again.
    /// </summary>
    ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token);

    /// <summary>The <see cref="SourceItem.StableKey"/> of an item that was recorded under this <see cref="SourceItem.Key"/>.</summary>
    string StableKeyOf(FolderKind kind, string key);

    /// <summary>
    /// Whether an item of a folder that was recorded under one key may be the one that is listed there under another by now. Asked of keys with the same stable part.
    /// </summary>
    bool MayBeSame(string recorded, string listed) => true;

    /// <summary>True when an item that is listed under another key than before is to be recorded anew for that alone.</summary>
    bool KeysAreCurrent => false;

    /// <summary>What every <see cref="SourceItem.Key"/> begins with that an item of this <see cref="SourceItem.StableKey"/> may have been recorded under.</summary>
    IReadOnlyList<string> KeyPrefixes(FolderKind kind, string stableKey) => [stableKey];

    /// <summary>Where restored items go, or null when this source cannot take any.</summary>
    IRestoreTarget? RestoreTarget { get; }

    /// <summary>Where restored accounts, domains, COS and lists go, or null when there is no directory or it takes none.</summary>
    IProvisioningTarget? ProvisioningTarget { get; }

    /// <summary>Begins to follow what changes on the server, or null when this source cannot tell. Errors: <c>RealtimeUnavailable</c>.</summary>
    IChangeFeed? OpenChanges() => null;

    /// <summary>Access lists of folders, or null when this source has none that it could tell.</summary>
    IFolderSharing? Sharing => null;

    /// <summary>False when a message may come back with other line ends than it was given (CRLF over IMAP).</summary>
    bool KeepsLineEnds => true;

    /// <summary>What may change and remove items, or null when this source lets nobody.</summary>
    IMailboxEditor? Editor => null;
}
