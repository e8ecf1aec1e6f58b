using MailBackup.Model;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>Puts documents, entries and positions into the search index. One thread.</summary>
internal sealed class SearchWriter : IDisposable
{
    private readonly SqliteDatabase _db;
    private readonly SqliteStatement _words, _known, _entry, _position;

    public SearchWriter(SqliteDatabase db)
    {
        _db = db;
        _words = db.Prepare("INSERT INTO words(rowid, subject, sender, recipient, attachment, body, marks) VALUES (?,?,?,?,?,?,?)");
        _known = db.Prepare("INSERT OR REPLACE INTO known VALUES (?,?)");
        _entry = db.Prepare("INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?,?)");
        _position = db.Prepare("UPDATE account SET segment = ?, offset = ?, chk = ?, next = ? WHERE id = ?");
        LastDocument = db.Scalar("SELECT last_document FROM progress") ?? 0;
    }

    /// <summary>The highest number that a document was given.</summary>
    public long LastDocument { get; private set; }

    public void Begin() => _db.Execute("BEGIN IMMEDIATE");

    public void Commit(long lastDocument)
    {
        _db.Execute($"UPDATE progress SET last_document = {lastDocument}; COMMIT");
        LastDocument = lastDocument;
    }

    public void Rollback()
    {
        try
        {
            _db.Execute("ROLLBACK");
        }
        catch (SqliteFailure)
        {
            // Nothing was begun.
        }
    }

    public void SetComplete(bool complete) => _db.Execute($"UPDATE progress SET complete = {(complete ? 1 : 0)}");

    public void Add(IndexedDocument document) =>
        _words.Bind(0, document.Number).Bind(1, document.Subject).Bind(2, document.Sender).Bind(3, document.Recipients)
            .Bind(4, document.Attachments).BindText(5, document.Body)
            .Bind(6, document.HasAttachment ? SearchIndex.EveryMark + " " + SearchIndex.AttachmentMark : SearchIndex.EveryMark).Run();

    public void AddKnown(ContentKey key, long document) => _known.Bind(0, key.ToArray()).Bind(1, document).Run();

    public void AddEntry(long document, long account, Transaction transaction)
    {
        var state = transaction.State!;
        _entry.Bind(0, document).Bind(1, account).Bind(2, transaction.Item.Value).Bind(3, transaction.Id.Value)
            .Bind(4, state.Date.UtcTicks).Bind(5, (long)state.Type).Bind(6, state.Size).Run();
    }

    /// <summary>All accounts that have been read, with their numbers here and how far.</summary>
    public Dictionary<Guid, (long Id, JournalPosition Position)> ListAccounts()
    {
        using var select = _db.Prepare("SELECT uuid, id, segment, offset, chk, next FROM account");
        var accounts = new Dictionary<Guid, (long, JournalPosition)>();
        while (select.Step())
        {
            accounts[Guid.TryParse(select.Text(0), out var uuid) ? uuid : default] =
                (select.Int64(1), new JournalPosition(select.Int32(2), select.Int64(3), select.Text(4), select.Int64(5)));
        }

        return accounts;
    }

    public long AddAccount(Guid uuid)
    {
        using var insert = _db.Prepare("INSERT INTO account(uuid, segment, offset, chk, next) VALUES (?, 0, 0, '', 1)");
        insert.Bind(0, uuid.ToString("D")).Run();
        return _db.Scalar("SELECT last_insert_rowid()")!.Value;
    }

    public void ForgetAccount(long account) =>
        _db.Execute($"DELETE FROM entry WHERE account = {account}; DELETE FROM account WHERE id = {account}");

    public void SetPosition(long account, JournalPosition position) =>
        _position.Bind(0, position.Segment).Bind(1, position.Offset).Bind(2, position.Check).Bind(3, position.NextTransaction).Bind(4, account).Run();

    /// <summary>Merges what many batches have left, so that a query looks in one place for a word.</summary>
    public void Optimize() => _db.Execute("INSERT INTO words(words) VALUES ('optimize')");

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_words, _known, _entry, _position])
        {
            statement.Dispose();
        }

        _db.Dispose();
    }
}
