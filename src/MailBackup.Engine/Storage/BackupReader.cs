using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Reads a backup path as it was when it was opened: accounts, listings, histories, content. Any number of threads may read through it at a time.
/// </summary>
internal sealed class BackupReader : IDisposable
{
    private const int Attempts = 50;

    private static readonly TimeSpan AttemptEvery = TimeSpan.FromMilliseconds(100);

    private readonly Catalog _catalog;

    public BackupReader(BackupLayout layout, Catalog catalog)
        : this(layout, catalog, AccountRegistry.Load(layout))
    {
    }

    /// <param name="registry">Not changed by anybody any more.</param>
    public BackupReader(BackupLayout layout, Catalog catalog, AccountRegistry registry)
    {
        Layout = layout;
        _catalog = catalog;
        Registry = registry;
        Items = new ItemListing(catalog, Registry);
        Content = new ContentReader(layout, catalog);
    }

    public BackupLayout Layout { get; }

    public AccountRegistry Registry { get; }

    /// <summary>Accounts of which something is not listed, because their journal is damaged; told by whoever opened the path for an operation.</summary>
    public IReadOnlyDictionary<Guid, string> Damaged { get; init; } = new Dictionary<Guid, string>();

    public ItemListing Items { get; }

    public ContentReader Content { get; }

    public Catalog Catalog => _catalog;

    /// <summary>The photograph of an item in one of its states; of a deletion, that of the state before it.</summary>
    public ItemState ReadState(Guid account, JournalPlace place) =>
        JournalLookup.ReadTransaction(Layout, account, place).State
        ?? throw new InvalidOperationException("A deletion has no state.");

    /// <summary>
    /// The state of an item at a moment, or its latest state in which it was not deleted. Errors: <c>ItemNotFound</c>.
    /// </summary>
    public (BackupItem Item, ItemState State) FindState(string account, ItemId id, DateTimeOffset? at) =>
        Settled(Layout, () => FindStateOnce(account, id, at));

    /// <summary>
    /// While a purge moves lines and content, what the catalog said a moment ago may be out of date: then it is asked again, until the purge has told
    /// it. What is wrong when nobody writes is wrong.
    /// </summary>
    public static T Settled<T>(BackupLayout layout, Func<T> read)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return read();
            }
            catch (MailBackupException e) when (e.ErrorId is ErrorIds.JournalDamaged or ErrorIds.BlobMissing && attempt < Attempts && WriterLock.IsHeld(layout.WriterLock))
            {
                Thread.Sleep(AttemptEvery);
            }
        }
    }

    private (BackupItem Item, ItemState State) FindStateOnce(string account, ItemId id, DateTimeOffset? at)
    {
        var history = Items.History(account, id);
        for (int i = history.Count - 1; i >= 0; i--)
        {
            var (item, place) = history[i];
            bool wanted = at is { } moment ? item.Start <= moment && (item.End is null || item.End > moment) : !item.Deleted;
            if (wanted && !item.Deleted)
            {
                var transaction = JournalLookup.ReadTransaction(Layout, item.AccountId, place);
                return transaction is { State: { } state } && transaction.Item == id && transaction.Id == item.Transaction
                    ? (item, state)
                    : throw JournalLookup.Damaged(Layout.ItemJournal(item.AccountId).Segment(place.Segment), place, null);
            }
        }

        throw new MailBackupException(
            ErrorIds.ItemNotFound,
            at is { } when ? $"{account} did not have item {id} on {when.ToLocalTime():yyyy-MM-dd HH:mm:ss}." : $"{account} never had item {id}.",
            $"See its states with 'mailbackup history --account {account} --id {id}'.",
            id.Value);
    }

    /// <summary>A state, of any item, whose whole content has this digest; null when none has.</summary>
    public ItemState? FindByDigest(Digest digest)
    {
        using var db = _catalog.Connect();
        using var select = db.Prepare("SELECT a.uuid, s.segment, s.offset, s.length FROM state s JOIN account a ON a.id = s.account WHERE s.digest = ? AND s.deleted = 0 LIMIT 1");
        return select.Bind(0, digest).Step()
            ? ReadState(Guid.Parse(select.Text(0)), new JournalPlace(select.Int32(1), select.Int64(2), select.Int32(3))) : null;
    }

    public void Dispose()
    {
        Items.Dispose();
        _catalog.Dispose();
    }
}
