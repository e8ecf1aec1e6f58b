using System.Runtime.ExceptionServices;
using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Changes a backup path, batch by batch, under the writer lock. The order of <see cref="Commit"/> is the heart of crash safety: bundles are synced,
/// then journals are written and synced, then the catalog follows. A crash in between loses at most the batch, which nobody has reported as saved.
/// Blobs are anybody's; transactions belong to a <see cref="StoreBatch"/>, and batches of several committers become durable one after another.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly Lock _commitGate = new();
    private readonly Lock _catalogGate = new();
    private readonly StoreBatch _batch;
    private volatile ExceptionDispatchInfo? _failure;

    private StoreWriter(BackupLayout layout, Catalog catalog, BlobStore blobs)
    {
        Layout = layout;
        Catalog = catalog;
        Blobs = blobs;
        _batch = new StoreBatch(this);
    }

    public BackupLayout Layout { get; }

    public Catalog Catalog { get; }

    public BlobStore Blobs { get; }

    /// <summary>Bytes of journal lines made durable.</summary>
    public long JournalBytes { get; private set; }

    /// <param name="verifyBlobs">Read and prove a stored blob before it counts as stored.</param>
    public static StoreWriter Open(BackupLayout layout, Action<string>? warn = null, bool verifyBlobs = false)
    {
        try
        {
            var (catalog, end) = OpenCatalog(layout, warn);
            return new StoreWriter(layout, catalog, new BlobStore(layout, catalog, new BundleAppender(layout, end.Bundle, end.Length)) { VerifyKnown = verifyBlobs });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteFailure)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    /// <summary>A catalog that has followed everything; one that turns out to be damaged is made anew.</summary>
    /// <param name="damaged">See <see cref="CatalogFollower.CatchUp(BackupLayout, Catalog, Action{string}?, Action{Guid, string}?)"/>.</param>
    public static (Catalog Catalog, (int Bundle, long Length) End) OpenCatalog(BackupLayout layout, Action<string>? warn, Action<Guid, string>? damaged = null)
    {
        for (bool again = false; ; again = true)
        {
            var catalog = Catalog.OpenOrCreate(layout);
            try
            {
                return (catalog, CatalogFollower.CatchUp(layout, catalog, warn, damaged));
            }
            catch (SqliteFailure e) when (e.IsDamage && !again)
            {
                catalog.Dispose();
                Catalog.Delete(layout);
            }
            catch
            {
                catalog.Dispose();
                throw;
            }
        }
    }

    /// <summary>A batch for one of several committers.</summary>
    public StoreBatch BeginBatch() => new(this);

    /// <summary>Opens the journal of an account behind its last intact line. Nobody else may have it open.</summary>
    public AccountJournal OpenJournal(Guid account)
    {
        RequireWhole();

        // The catalog has verified every line up to its position and knows the item numbers that were given; what it has not read is torn.
        CatalogAccount known;
        lock (_catalogGate)
        {
            known = Catalog.Writer.GetAccount(account);
        }

        var writer = JournalWriter.Open(Layout.ItemJournal(account), known.Position, Layout.Cut, reported: AccountStat.Read(Layout, account)?.Journal);
        return new AccountJournal(account, known.Id, writer);
    }

    /// <summary>For a single committer: adds a transaction to the one batch.</summary>
    /// <param name="state">Null flags the item deleted.</param>
    public void Append(AccountJournal account, ItemId item, ItemState? state, DateTimeOffset start) => _batch.Append(account, item, state, start);

    /// <summary>For a single committer: makes the one batch durable, and all blobs.</summary>
    public void Commit() => _batch.Commit();

    /// <summary>
    /// Makes a batch durable, and all blobs that have been appended, whoever needs them. A failure is everybody's: blobs that this batch has made durable, and the
    /// catalog does not know, may be named by the transactions of another.
    /// </summary>
    public void Commit(StoreBatch batch)
    {
        lock (_commitGate)
        {
            RequireWhole();
            try
            {
                MakeDurable(batch);
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                throw;
            }
        }
    }

    /// <summary>Throws again what a commit met: nothing becomes durable behind it.</summary>
    public void RequireWhole() => _failure?.Throw();

    public void Dispose()
    {
        try
        {
            _batch.Dispose();
            Blobs.Dispose();
        }
        finally
        {
            Catalog.Dispose();
        }
    }

    private void MakeDurable(StoreBatch batch)
    {
        var blobs = Blobs.Sync();
        if (batch.Transactions.Count == 0 && blobs.Blobs.Count == 0)
        {
            return;
        }

        using var written = new SyncBatch(Layout.Files, Layout.Root);
        try
        {
            foreach (var account in batch.Journals)
            {
                JournalBytes += account.Writer.PendingBytes;
                account.Writer.WriteOut(written);
            }

            written.SyncAndClose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, Layout.Root);
        }

        lock (_catalogGate)
        {
            Follow(blobs, batch);
        }

        Blobs.Forget(blobs.Blobs);
    }

    private void Follow(BundleBatch blobs, StoreBatch batch)
    {
        var writer = Catalog.Writer;
        try
        {
            writer.Begin();
            foreach (var (digest, location) in blobs.Blobs)
            {
                writer.AddBlob(digest, location);
            }

            writer.SetBundlePosition(blobs.Bundle, blobs.Length);
            foreach (var (account, transaction, place) in batch.Transactions)
            {
                writer.Apply(account.CatalogId, transaction, place);
            }

            foreach (var account in batch.Journals)
            {
                writer.SetPosition(account.CatalogId, account.Writer.Position);
            }

            writer.Commit();
        }
        catch (SqliteFailure e)
        {
            writer.Rollback();
            throw StorageFault.Translate(e, Layout.Root);
        }
    }
}
