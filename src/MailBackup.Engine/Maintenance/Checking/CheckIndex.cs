using MailBackup.Model;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// What a check has met: every blob in the bundles, every content that a transaction names. It does not fit in memory on a large server, so it stands in a
/// working database of its own, which owes nothing to the catalog that is being checked. Any thread may add.
/// </summary>
internal sealed class CheckIndex : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly SqliteDatabase _db;
    private readonly SqliteStatement _addMember, _addReference, _find, _isNamed, _isBad, _claim;
    private bool _writing;

    public CheckIndex(BackupLayout layout)
    {
        PrivateFiles.CreateDirectory(layout.State);
        _path = Path.Combine(layout.State, "check.db");
        File.Delete(_path);
        _db = SqliteDatabase.Open(_path, readOnly: false);
        _db.Execute("""
            PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-48000; PRAGMA temp_store=MEMORY;
            CREATE TABLE member(
                digest BLOB NOT NULL, bundle INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL,
                PRIMARY KEY(digest, bundle, offset)) WITHOUT ROWID;
            CREATE TABLE gap(bundle INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL);
            CREATE TABLE unreadable(bundle INTEGER PRIMARY KEY);
            CREATE TABLE reference(digest BLOB PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE bad(digest BLOB PRIMARY KEY, fault INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE whole(digest BLOB PRIMARY KEY) WITHOUT ROWID;
            """);
        _addMember = _db.Prepare("INSERT OR REPLACE INTO member VALUES (?,?,?,?,?,?)");
        _addReference = _db.Prepare("INSERT OR IGNORE INTO reference VALUES (?,?)");
        _find = _db.Prepare("SELECT bundle, offset, length, size FROM member WHERE digest = ? ORDER BY state >= 2, bundle DESC, offset DESC LIMIT 1");
        _isNamed = _db.Prepare("SELECT 1 FROM reference WHERE digest = ?");
        _isBad = _db.Prepare("SELECT fault FROM bad WHERE digest = ?");
        _claim = _db.Prepare("INSERT OR IGNORE INTO whole VALUES (?)");
    }

    public void AddMembers(List<CheckedMember> members)
    {
        lock (_gate)
        {
            Begin();
            foreach (var member in members)
            {
                Add(member);
            }
        }

        members.Clear();
    }

    public void AddGap(BlobLocation place)
    {
        lock (_gate)
        {
            Begin();
            _db.Execute($"INSERT INTO gap VALUES ({place.Bundle}, {place.Offset}, {place.Length})");
        }
    }

    /// <summary>The device did not give out all of a bundle: it is left as it is, for it can neither be judged nor written anew.</summary>
    public void NoteUnreadable(int bundle)
    {
        lock (_gate)
        {
            Begin();
            _db.Execute($"INSERT OR IGNORE INTO unreadable VALUES ({bundle})");
        }
    }

    /// <param name="references">With the size that the content must have; -1 for a part, whose size no transaction states.</param>
    public void AddReferences(List<(Digest Digest, long Size)> references)
    {
        lock (_gate)
        {
            Begin();
            foreach (var (digest, size) in references)
            {
                _addReference.Bind(0, digest).Bind(1, size).Run();
            }
        }

        references.Clear();
    }

    /// <summary>A copy of the content, an intact one where there is any.</summary>
    public BlobLocation? Find(Digest digest)
    {
        lock (_gate)
        {
            BlobLocation? found = _find.Bind(0, digest).Step() ? new(_find.Int32(0), _find.Int64(1), _find.Int64(2), _find.Int64(3)) : null;
            _find.Reset();
            return found;
        }
    }

    public bool IsNamed(Digest digest)
    {
        lock (_gate)
        {
            bool found = _isNamed.Bind(0, digest).Step();
            _isNamed.Reset();
            return found;
        }
    }

    /// <summary>Null when it is intact. After <see cref="FindBad"/>.</summary>
    public ContentFault? FaultOf(Digest digest)
    {
        lock (_gate)
        {
            ContentFault? fault = _isBad.Bind(0, digest).Step() ? (ContentFault)_isBad.Int32(0) : null;
            _isBad.Reset();
            return fault;
        }
    }

    /// <summary>True for the first who asks with this digest.</summary>
    public bool Claim(Digest digest)
    {
        lock (_gate)
        {
            Begin();
            _claim.Bind(0, digest).Run();
            return _db.Changes == 1;
        }
    }

    /// <summary>Finds the contents that are named and of which no intact copy is there, or one of another size.</summary>
    /// <returns>How many.</returns>
    public long FindBad()
    {
        lock (_gate)
        {
            Commit();
            _db.Execute("""
                DELETE FROM bad;
                INSERT INTO bad SELECT r.digest, CASE
                    WHEN EXISTS (SELECT 1 FROM member m WHERE m.digest = r.digest AND m.state = 3) THEN 2
                    ELSE NOT EXISTS (SELECT 1 FROM member m WHERE m.digest = r.digest) END FROM reference r
                WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.digest = r.digest AND m.state < 2 AND (r.size < 0 OR r.size = m.size))
                """);
            return _db.Scalar("SELECT count(*) FROM bad") ?? 0;
        }
    }

    public List<Digest> ListBad()
    {
        lock (_gate)
        {
            using var select = _db.Prepare("SELECT digest FROM bad");
            var bad = new List<Digest>();
            while (select.Step())
            {
                bad.Add(select.Digest(0)!.Value);
            }

            return bad;
        }
    }

    /// <summary>Blobs that nothing names.</summary>
    public (long Count, long Bytes) CountOrphans()
    {
        lock (_gate)
        {
            Commit();
            using var select = _db.Prepare("SELECT count(*), coalesce(sum(length), 0) FROM member m WHERE NOT EXISTS (SELECT 1 FROM reference r WHERE r.digest = m.digest)");
            return select.Step() ? (select.Int64(0), select.Int64(1)) : default;
        }
    }

    /// <summary>Blobs in a state that is bad (damaged, unreadable) and costs nothing: nobody names them, or there is an intact copy.</summary>
    public long CountHarmless(MemberState state)
    {
        lock (_gate)
        {
            Commit();
            return _db.Scalar($"SELECT count(*) FROM member m WHERE m.state = {(int)state} AND NOT EXISTS (SELECT 1 FROM bad b WHERE b.digest = m.digest)") ?? 0;
        }
    }

    /// <summary>What does not belong into the bundles, by bundle and offset: damage, gaps and (when asked for) orphans.</summary>
    public List<(BlobLocation Place, Digest? Digest, string Why)> ListUnwanted(bool orphans)
    {
        lock (_gate)
        {
            Commit();
            using var select = _db.Prepare($"""
                SELECT bundle, offset, length, digest, why FROM (
                SELECT bundle, offset, length, NULL AS digest, 'not a blob' AS why FROM gap
                UNION ALL SELECT bundle, offset, length, digest, 'damaged' FROM member WHERE state = 2
                UNION ALL SELECT bundle, offset, length, digest, 'orphaned' FROM member m
                    WHERE state < 2 AND {(orphans ? 1 : 0)} AND NOT EXISTS (SELECT 1 FROM reference r WHERE r.digest = m.digest))
                WHERE bundle NOT IN (SELECT bundle FROM unreadable) ORDER BY 1, 2
                """);
            var places = new List<(BlobLocation, Digest?, string)>();
            while (select.Step())
            {
                places.Add((new BlobLocation(select.Int32(0), select.Int64(1), select.Int64(2), 0), select.IsNull(3) ? null : select.Digest(3), select.Text(4)));
            }

            return places;
        }
    }

    /// <summary>Blobs that the device did not give out, from a bundle on.</summary>
    public List<(Digest Digest, BlobLocation Place)> ListUnreadable(int fromBundle)
    {
        lock (_gate)
        {
            Commit();
            using var select = _db.Prepare($"SELECT digest, bundle, offset, length, size FROM member WHERE state = 3 AND bundle >= {fromBundle}");
            var blobs = new List<(Digest, BlobLocation)>();
            while (select.Step())
            {
                blobs.Add((select.Digest(0)!.Value, new(select.Int32(1), select.Int64(2), select.Int64(3), select.Int64(4))));
            }

            return blobs;
        }
    }

    /// <summary>Contents that are there and that the catalog does not find, or finds damaged: restoring them fails until the catalog is made anew.</summary>
    public long CountLostByCatalog(string catalog)
    {
        lock (_gate)
        {
            Commit();
            using (var attach = _db.Prepare("ATTACH ? AS cat"))
            {
                attach.Bind(0, catalog).Run();
            }

            long lost = _db.Scalar("""
                SELECT count(*) FROM reference r WHERE EXISTS (SELECT 1 FROM member m WHERE m.digest = r.digest AND m.state < 2)
                AND NOT EXISTS (SELECT 1 FROM cat.blob b JOIN member m
                    ON m.digest = b.digest AND m.bundle = b.bundle AND m.offset = b.offset AND m.length = b.length AND m.size = b.size
                    WHERE b.digest = r.digest AND m.state < 2)
                """) ?? 0;
            _db.Execute("DETACH cat");
            return lost;
        }
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_addMember, _addReference, _find, _isNamed, _isBad, _claim])
        {
            statement.Dispose();
        }

        _db.Dispose();
        File.Delete(_path);
    }

    private void Add(CheckedMember member) =>
        _addMember.Bind(0, member.Digest).Bind(1, member.Place.Bundle).Bind(2, member.Place.Offset).Bind(3, member.Place.Length)
            .Bind(4, member.Place.ContentLength).Bind(5, (long)member.State).Run();

    private void Begin()
    {
        if (!_writing)
        {
            _db.Execute("BEGIN");
            _writing = true;
        }
    }

    private void Commit()
    {
        if (_writing)
        {
            _db.Execute("COMMIT");
            _writing = false;
        }
    }
}
