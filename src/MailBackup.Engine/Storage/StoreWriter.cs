using System.Buffers;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Changes a backup path, batch by batch, under the writer lock. The order of <see cref="Commit"/> is the heart of crash safety: bundles are synced,
/// then journals are written and synced, then the catalog follows. A crash in between loses at most the batch, which nobody has reported as saved.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly Lock _catalogGate = new();
    private readonly HashSet<AccountJournal> _dirty = [];
    private readonly List<(AccountJournal Account, Transaction Transaction, JournalPlace Place)> _pending = [];

    private StoreWriter(BackupLayout layout, Catalog catalog, BlobStore blobs)
    {
        Layout = layout;
        Catalog = catalog;
        Blobs = blobs;
        _json = TransactionLine.CreateWriter(_line);
    }

    public BackupLayout Layout { get; }

    public Catalog Catalog { get; }

    public BlobStore Blobs { get; }

    /// <summary>Transactions that wait for the next commit.</summary>
    public int Pending => _pending.Count;

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
    public static (Catalog Catalog, (int Bundle, long Length) End) OpenCatalog(BackupLayout layout, Action<string>? warn)
    {
        for (bool again = false; ; again = true)
        {
            var catalog = Catalog.OpenOrCreate(layout);
            try
            {
                return (catalog, CatalogFollower.CatchUp(layout, catalog, warn));
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

    /// <summary>Opens the journal of an account behind its last intact line.</summary>
    public AccountJournal OpenJournal(Guid account)
    {
        // The catalog has verified every line up to its position and knows the item numbers that were given; what it has not read is torn.
        CatalogAccount known;
        lock (_catalogGate)
        {
            known = Catalog.Writer.GetAccount(account);
        }

        var writer = JournalWriter.Open(Layout.ItemJournal(account), known.Position, Layout.Cut, reported: AccountStat.Read(Layout, account)?.Journal);
        return new AccountJournal(account, known.Id, writer);
    }

    /// <summary>Adds a transaction to the batch.</summary>
    /// <param name="state">Null flags the item deleted.</param>
    public void Append(AccountJournal account, ItemId item, ItemState? state, DateTimeOffset start)
    {
        var transaction = new Transaction(item, new TransactionId(account.Writer.NextTransaction), start, state);
        var place = account.Writer.Append(TransactionLine.Write(_line, _json, transaction));
        _dirty.Add(account);
        _pending.Add((account, transaction, place));
    }

    /// <summary>Makes the batch durable. When it returns, everything appended before may be reported as saved.</summary>
    public void Commit()
    {
        var blobs = Blobs.Sync();
        if (_pending.Count == 0 && blobs.Blobs.Count == 0)
        {
            return;
        }

        using var batch = new SyncBatch(Layout.Files, Layout.Root);
        try
        {
            foreach (var account in _dirty)
            {
                JournalBytes += account.Writer.PendingBytes;
                account.Writer.WriteOut(batch);
            }

            batch.SyncAndClose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, Layout.Root);
        }

        lock (_catalogGate)
        {
            Follow(blobs);
        }

        Blobs.Forget(blobs.Blobs);
        _pending.Clear();
        _dirty.Clear();
    }

    public void Dispose()
    {
        try
        {
            _json.Dispose();
            Blobs.Dispose();
        }
        finally
        {
            Catalog.Dispose();
        }
    }

    private void Follow(BundleBatch blobs)
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
            foreach (var (account, transaction, place) in _pending)
            {
                writer.Apply(account.CatalogId, transaction, place);
            }

            foreach (var account in _dirty)
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
