using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>Puts transactions and blobs into the catalog, together with how far it has read.</summary>
internal sealed class CatalogWriter : IDisposable
{
    private readonly SqliteDatabase _db;
    private readonly SqliteStatement _insertState, _insertDeletion, _endState, _insertBlob, _position, _account;
    private readonly Dictionary<long, long> _lastItems = [];

    public CatalogWriter(SqliteDatabase db)
    {
        _db = db;
        _insertState = db.Prepare("INSERT OR REPLACE INTO state VALUES (?,?,?,?,?,0,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        _insertDeletion = db.Prepare("""
            INSERT OR REPLACE INTO state
            SELECT account, item, ?2, ?3, ?4, 1, type, folder, flags, tags, date, size, digest, key, subject, sender, ?5, ?6, ?7
            FROM state WHERE account = ?1 AND item = ?8 ORDER BY tx DESC LIMIT 1
            """);

        // Only the last one can be open: looked up by its key, or an item of 10,000 states would cost the square of it.
        _endState = db.Prepare("""
            UPDATE state SET end = ?4 WHERE account = ?1 AND item = ?2 AND end = 9223372036854775807
            AND tx = (SELECT max(tx) FROM state WHERE account = ?1 AND item = ?2 AND tx < ?3)
            """);
        _insertBlob = db.Prepare("INSERT OR REPLACE INTO blob VALUES (?,?,?,?,?)");
        _position = db.Prepare("UPDATE account SET segment = ?, offset = ?, chk = ?, next = ?, last_item = ? WHERE id = ?");
        _account = db.Prepare("SELECT id, segment, offset, chk, next, last_item FROM account WHERE uuid = ?");
    }

    public void Begin() => _db.Execute("BEGIN IMMEDIATE");

    public void Commit() => _db.Execute("COMMIT");

    public void Rollback()
    {
        _lastItems.Clear();
        try
        {
            _db.Execute("ROLLBACK");
        }
        catch (SqliteFailure)
        {
            // Nothing was begun.
        }
    }

    /// <summary>The account's number in the catalog, given on first sight, and how far its journal has been read.</summary>
    public CatalogAccount GetAccount(Guid uuid)
    {
        string text = uuid.ToString("D");
        if (Read(text) is { } known)
        {
            return known;
        }

        using (var insert = _db.Prepare("INSERT INTO account(uuid, segment, offset, chk, next, last_item) VALUES (?, 0, 0, '', 1, 0)"))
        {
            insert.Bind(0, text).Run();
        }

        return Read(text)!.Value;
    }

    /// <summary>All accounts that have ever been read, with their numbers in the catalog.</summary>
    public List<(Guid Uuid, long Id)> ListAccounts()
    {
        using var select = _db.Prepare("SELECT uuid, id FROM account");
        var accounts = new List<(Guid Uuid, long Id)>();
        while (select.Step())
        {
            // What is no UUID is damage, and as good as gone.
            accounts.Add((Guid.TryParse(select.Text(0), out var uuid) ? uuid : default, select.Int64(1)));
        }

        return accounts;
    }

    /// <summary>Forgets what was read of an account's journal.</summary>
    public void ForgetAccount(long account)
    {
        _db.Execute($"DELETE FROM state WHERE account = {account}; DELETE FROM account WHERE id = {account}");
        _lastItems.Remove(account);
    }

    public void Apply(long account, Transaction transaction, JournalPlace place)
    {
        // Only an item that has been seen before can have a state to end: most lines of a first scan need no look-up.
        if (transaction.Item.Value <= _lastItems.GetValueOrDefault(account))
        {
            _endState.Bind(0, account).Bind(1, transaction.Item.Value).Bind(2, transaction.Id.Value).Bind(3, transaction.Start.UtcTicks).Run();
        }
        else
        {
            _lastItems[account] = transaction.Item.Value;
        }

        if (transaction.State is not { } state)
        {
            _insertDeletion.Bind(0, account).Bind(1, transaction.Id.Value).Bind(2, transaction.Start.UtcTicks).Bind(3, Catalog.Open)
                .Bind(4, place.Segment).Bind(5, place.Offset).Bind(6, place.Length).Bind(7, transaction.Item.Value).Run();
            return;
        }

        _insertState.Bind(0, account).Bind(1, transaction.Item.Value).Bind(2, transaction.Id.Value)
            .Bind(3, transaction.Start.UtcTicks).Bind(4, Catalog.Open)
            .Bind(5, (long)state.Type).Bind(6, state.Folder?.Value ?? 0).Bind(7, (long)state.Flags)
            .Bind(8, state.Tags.Count == 0 ? null : string.Join('\n', state.Tags))
            .Bind(9, state.Date.UtcTicks).Bind(10, state.Size).Bind(11, state.Digest)
            .Bind(12, state.Key).Bind(13, state.Subject).Bind(14, state.From)
            .Bind(15, place.Segment).Bind(16, place.Offset).Bind(17, place.Length).Run();
    }

    /// <summary>From the commit of this on it is a catalog that others may read: it has followed everything once.</summary>
    public void SetPlace(string path) => _db.Execute($"INSERT INTO place SELECT {FileIdentity.Inode(path)} WHERE NOT EXISTS (SELECT 1 FROM place)");

    public void SetPosition(long account, JournalPosition position) =>
        _position.Bind(0, position.Segment).Bind(1, position.Offset).Bind(2, position.Check).Bind(3, position.NextTransaction)
            .Bind(4, _lastItems.GetValueOrDefault(account)).Bind(5, account).Run();

    public void AddBlob(Digest digest, BlobLocation location) =>
        _insertBlob.Bind(0, digest).Bind(1, location.Bundle).Bind(2, location.Offset).Bind(3, location.Length).Bind(4, location.ContentLength).Run();

    public (int Bundle, long Length) GetBundlePosition()
    {
        using var select = _db.Prepare("SELECT number, length FROM bundle");
        return select.Step() ? (select.Int32(0), select.Int64(1)) : (0, 0);
    }

    public void SetBundlePosition(int bundle, long length) => _db.Execute($"UPDATE bundle SET number = {bundle}, length = {length}");

    /// <summary>How far the log of purges has been followed.</summary>
    public JournalPosition GetPurgePosition() => ReadPurgePosition(_db);

    public static JournalPosition ReadPurgePosition(SqliteDatabase db)
    {
        using var select = db.Prepare("SELECT segment, offset, chk, next FROM purge");
        return select.Step() ? new JournalPosition(select.Int32(0), select.Int64(1), select.Text(2), select.Int64(3)) : JournalPosition.Start;
    }

    public void SetPurgePosition(JournalPosition position)
    {
        using var update = _db.Prepare("UPDATE purge SET segment = ?, offset = ?, chk = ?, next = ?");
        update.Bind(0, position.Segment).Bind(1, position.Offset).Bind(2, position.Check).Bind(3, position.NextTransaction).Run();
    }

    /// <summary>Forgets the blobs of a bundle that goes, or that no scan is to rely on any more.</summary>
    public void ForgetBundle(int bundle) => _db.Execute($"DELETE FROM blob WHERE bundle = {bundle}");

    /// <summary>An item id that was given once, though no line names it any more.</summary>
    public void NoteItem(long account, long item)
    {
        if (item > _lastItems.GetValueOrDefault(account))
        {
            _lastItems[account] = item;
        }
    }

    public void ForgetBlobs() => _db.Execute("DELETE FROM blob; UPDATE bundle SET number = 0, length = 0");

    /// <summary>The blob that lies furthest behind in the bundles.</summary>
    public (Digest Digest, BlobLocation Location)? LastBlob()
    {
        using var select = _db.Prepare("SELECT digest, bundle, offset, length, size FROM blob ORDER BY bundle DESC, offset DESC LIMIT 1");
        return select.Step() && select.Digest(0) is { } digest
            ? (digest, new BlobLocation(select.Int32(1), select.Int64(2), select.Int64(3), select.Int64(4)))
            : null;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_insertState, _insertDeletion, _endState, _insertBlob, _position, _account])
        {
            statement.Dispose();
        }

        _db.Dispose();
    }

    private CatalogAccount? Read(string uuid)
    {
        bool found = _account.Bind(0, uuid).Step();
        CatalogAccount? account = found
            ? new(_account.Int64(0), new JournalPosition(_account.Int32(1), _account.Int64(2), _account.Text(3), _account.Int64(4)), _account.Int64(5))
            : null;
        _account.Reset();
        if (account is { } a)
        {
            _lastItems[a.Id] = a.LastItem;
        }

        return account;
    }
}
