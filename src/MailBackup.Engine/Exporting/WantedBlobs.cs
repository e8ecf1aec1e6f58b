using MailBackup.Model;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Exporting;

/// <summary>
/// The blobs that exported transactions name, each once, in the order in which they lie in the bundles. Kept in a file, so that memory does not grow
/// with them.
/// </summary>
internal sealed class WantedBlobs : IDisposable
{
    private const int NoPlace = -1;

    private readonly string _path;
    private readonly SqliteDatabase _db;
    private readonly SqliteStatement _insert, _find;

    public WantedBlobs(string folder)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, $"export-{Guid.NewGuid():N}.db");
        _db = SqliteDatabase.Open(_path, readOnly: false);
        _db.Execute("""
            PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;
            CREATE TABLE blob(digest BLOB PRIMARY KEY, bundle INTEGER, offset INTEGER, length INTEGER, size INTEGER) WITHOUT ROWID;
            BEGIN
            """);
        _insert = _db.Prepare("INSERT OR IGNORE INTO blob VALUES (?,?,?,?,?)");
        _find = _db.Prepare("SELECT 1 FROM blob WHERE digest = ?");
    }

    public long Count { get; private set; }

    public void Add(Digest digest, BlobLocation location)
    {
        _insert.Bind(0, digest).Bind(1, location.Bundle).Bind(2, location.Offset).Bind(3, location.Length).Bind(4, location.ContentLength).Run();
        if (_db.Changes > 0)
        {
            Count++;
        }
    }

    /// <summary>One of which no place is known: there is nothing to export, and an earlier export may have it.</summary>
    public void AddMissing(Digest digest) => _insert.Bind(0, digest).Bind(1, NoPlace).Bind(2, 0).Bind(3, 0).Bind(4, 0).Run();

    public IEnumerable<(Digest Digest, BlobLocation Location)> List()
    {
        using var select = _db.Prepare($"SELECT digest, bundle, offset, length, size FROM blob WHERE bundle <> {NoPlace} ORDER BY bundle, offset");
        while (select.Step())
        {
            yield return (select.Digest(0)!.Value, new BlobLocation(select.Int32(1), select.Int64(2), select.Int64(3), select.Int64(4)));
        }
    }

    public bool Contains(Digest digest)
    {
        bool found = _find.Bind(0, digest).Step();
        _find.Reset();
        return found;
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _db.Dispose();
        File.Delete(_path);
    }
}
