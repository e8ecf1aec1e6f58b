using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// The index over journals and bundles (SQLite, <c>state/catalog.db</c>): states for listing, digest to place. It is a follower: it remembers how
/// far into each journal and bundle it has read; <see cref="CatalogFollower"/> brings it up to date, from nothing if need be.
/// </summary>
/// <remarks>
/// One connection writes; <see cref="FindBlob"/> and the queries take connections of their own from a pool, so any thread may call them.
/// SQLite's write-ahead log lets readers of other processes go on meanwhile. A commit is not synced, a checkpoint is (<c>synchronous=NORMAL</c>): after
/// a power failure the catalog may be behind the journals, which is what a follower may be, but never ahead of them, and never a mixture.
/// </remarks>
public sealed class Catalog : IDisposable
{
    private const int SchemaVersion = 4;

    /// <summary>The end of a state that lasts.</summary>
    internal const long Open = long.MaxValue;

    private readonly string _path;
    private readonly bool _readOnly;
    private readonly bool _immutable;
    private readonly System.Collections.Concurrent.ConcurrentBag<BlobLookup> _lookups = [];
    private readonly Lazy<CatalogWriter> _writer;

    private Catalog(string path, bool readOnly, bool immutable = false)
    {
        _path = path;
        _readOnly = readOnly;
        _immutable = immutable;
        _writer = new(() => new CatalogWriter(Connect()));
    }

    /// <summary>The only one who changes rows; not thread-safe.</summary>
    internal CatalogWriter Writer => _writer.Value;

    /// <summary>
    /// Opens the catalog, making it where it is missing. One that is damaged, of another version or copied from elsewhere (a copy of a live database
    /// need not be consistent) is set aside and begun anew.
    /// </summary>
    internal static Catalog OpenOrCreate(BackupLayout layout)
    {
        PrivateFiles.CreateDirectory(layout.State);
        try
        {
            if (!IsUsable(layout.Catalog))
            {
                Create(layout.Catalog);
            }
        }
        catch (SqliteFailure e)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        return new Catalog(layout.Catalog, readOnly: false);
    }

    /// <summary>Opens an existing catalog for reading, or returns null when there is none that can be read as it is.</summary>
    internal static Catalog? OpenExisting(BackupLayout layout)
    {
        if (!File.Exists(layout.Catalog))
        {
            return null;
        }

        try
        {
            return IsOurs(SqliteDatabase.Open(layout.Catalog, readOnly: true), layout.Catalog) ? new Catalog(layout.Catalog, readOnly: true) : null;
        }
        catch (SqliteFailure e) when (e.IsUnwritable)
        {
            // On a file system that is mounted read-only, SQLite cannot make the files that go with its log. Nobody writes there, so none are needed.
            return IsUsable(layout.Catalog, immutable: true) ? new Catalog(layout.Catalog, readOnly: true, immutable: true) : null;
        }
        catch (SqliteFailure)
        {
            return null;
        }
    }

    /// <summary>Takes a damaged catalog away; the next to open one makes it anew. Under the writer lock only.</summary>
    internal static void Delete(BackupLayout layout) => Delete(layout.Catalog);

    /// <summary>
    /// As <see cref="Delete(BackupLayout)"/>, before journals or bundles are changed behind its back: durable, for a power failure that brought it back would bring
    /// back what it says of them.
    /// </summary>
    internal static void DeleteForGood(BackupLayout layout)
    {
        Delete(layout.Catalog);
        layout.Files.SyncFolder(layout.State);
    }

    /// <summary>Where a blob is, or null. Any thread.</summary>
    public BlobLocation? FindBlob(Digest digest)
    {
        if (!_lookups.TryTake(out var lookup))
        {
            lookup = new BlobLookup(Connect());
        }

        BlobLocation? found;
        try
        {
            found = lookup.Find(digest);
        }
        catch
        {
            // Its statement stands in the middle, and would answer the next question with this digest.
            lookup.Dispose();
            throw;
        }

        _lookups.Add(lookup);
        return found;
    }

    /// <summary>A connection for one query; the caller closes it.</summary>
    internal SqliteDatabase Connect()
    {
        var db = _immutable ? SqliteDatabase.OpenImmutable(_path) : SqliteDatabase.Open(_path, _readOnly);
        if (!_readOnly)
        {
            db.Execute("PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY");
        }

        return db;
    }

    public void Dispose()
    {
        foreach (var lookup in _lookups)
        {
            lookup.Dispose();
        }

        if (_writer.IsValueCreated)
        {
            _writer.Value.Dispose();
        }
    }

    private static bool IsUsable(string path, bool immutable = false)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            return IsOurs(immutable ? SqliteDatabase.OpenImmutable(path) : SqliteDatabase.Open(path, readOnly: true), path);
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    private static bool IsOurs(SqliteDatabase database, string path)
    {
        using var db = database;
        return db.Scalar("PRAGMA user_version") == SchemaVersion && db.Scalar("SELECT inode FROM place") == FileIdentity.Inode(path);
    }

    private static void Delete(string path)
    {
        foreach (string suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    private static void Create(string path)
    {
        Delete(path);
        using var db = SqliteDatabase.Open(path, readOnly: false);
        db.Execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
        db.Execute($"""
            BEGIN IMMEDIATE;
            CREATE TABLE place(inode INTEGER NOT NULL);
            CREATE TABLE account(
                id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
                segment INTEGER NOT NULL, offset INTEGER NOT NULL, chk TEXT NOT NULL, next INTEGER NOT NULL, last_item INTEGER NOT NULL);
            CREATE TABLE bundle(one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, length INTEGER NOT NULL);
            CREATE TABLE purge(
                one INTEGER PRIMARY KEY CHECK (one = 1), segment INTEGER NOT NULL, offset INTEGER NOT NULL, chk TEXT NOT NULL, next INTEGER NOT NULL);
            CREATE TABLE blob(
                digest BLOB PRIMARY KEY, bundle INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE state(
                account INTEGER NOT NULL, item INTEGER NOT NULL, tx INTEGER NOT NULL,
                start INTEGER NOT NULL, end INTEGER NOT NULL, deleted INTEGER NOT NULL,
                type INTEGER NOT NULL, folder INTEGER NOT NULL, flags INTEGER NOT NULL, tags TEXT, date INTEGER NOT NULL, size INTEGER NOT NULL,
                digest BLOB, key TEXT NOT NULL, subject TEXT NOT NULL, sender TEXT NOT NULL,
                segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
                PRIMARY KEY(account, item, tx)) WITHOUT ROWID;
            CREATE INDEX living ON state(account, folder, key) WHERE end = {Open} AND deleted = 0;
            INSERT INTO bundle VALUES (1, 0, 0);
            INSERT INTO purge VALUES (1, 0, 0, '', 1);
            INSERT INTO place VALUES ({FileIdentity.Inode(path)});
            PRAGMA user_version={SchemaVersion};
            COMMIT;
            """);
    }
}
