using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>
/// The words of all items that the backup ever had (SQLite FTS5, <c>state/search.db</c>). A follower of the journals like the catalog: it
/// remembers how far it has read each, and is made anew where it is missing, damaged or copied from elsewhere.
/// </summary>
/// <remarks>
/// <para>What is indexed is a document: the words of one content. Copies of a mail differ in their delivery headers only, which are not
/// searched, so they are one document with several entries (<c>entry</c>: document, account, item, and the transaction that brought the content).
/// <c>known</c> leads from a content, or from words and body, to its document, so that nothing is extracted twice. Moves, flags and deletions
/// change nothing here: the catalog knows them.</para>
/// <para>The table of words keeps no text (<c>content=''</c>) and cannot forget a document; it need not, because past states do not go away.
/// Entries of accounts that are gone are removed, and what a purge takes away is no longer in the catalog and so not found.</para>
/// </remarks>
internal static class SearchIndex
{
    /// <summary>In every document, so that a query can say "all but".</summary>
    public const string EveryMark = "\uE000";

    /// <summary>In documents that have an attachment.</summary>
    public const string AttachmentMark = "\uE001";

    /// <summary>Weights of <c>bm25</c> for subject, sender, recipient, attachment, body and marks.</summary>
    public const string Weights = "8.0, 4.0, 2.0, 4.0, 1.0, 0.0";

    private const int SchemaVersion = 1;

    /// <summary>Opens an existing index for reading, or returns null when there is none that can be used.</summary>
    public static SqliteDatabase? OpenExisting(BackupLayout layout) => RebuildableFile.OpenExisting(layout.SearchIndex, SchemaVersion);

    /// <summary>Opens the index for the one who writes it. Under the writer lock only.</summary>
    /// <param name="anew">Begin with nothing, whatever is there.</param>
    public static SqliteDatabase OpenOrCreate(BackupLayout layout, bool anew)
    {
        Directory.CreateDirectory(layout.State);
        if (anew || !RebuildableFile.IsUsable(layout.SearchIndex, SchemaVersion))
        {
            Create(layout.SearchIndex);
        }

        var db = SqliteDatabase.Open(layout.SearchIndex, readOnly: false);

        // NORMAL syncs at checkpoints: a power failure leaves an index that is behind, not one that is wrong.
        db.Execute("PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000");
        return db;
    }

    public static void Delete(BackupLayout layout) => RebuildableFile.Delete(layout.SearchIndex);

    /// <summary>False when the last run was stopped half-way, or there is none: what a scan that changed nothing looks at.</summary>
    public static bool IsComplete(BackupLayout layout)
    {
        try
        {
            using var db = OpenExisting(layout);
            return db?.Scalar("SELECT complete FROM progress") == 1;
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    private static void Create(string path) => RebuildableFile.Create(path, SchemaVersion, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL", """
        CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK (one = 1), complete INTEGER NOT NULL, last_document INTEGER NOT NULL);
        CREATE TABLE account(
            id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
            segment INTEGER NOT NULL, offset INTEGER NOT NULL, chk TEXT NOT NULL, next INTEGER NOT NULL);
        CREATE TABLE known(key BLOB PRIMARY KEY, document INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE entry(
            document INTEGER NOT NULL, account INTEGER NOT NULL, item INTEGER NOT NULL, tx INTEGER NOT NULL,
            date INTEGER NOT NULL, type INTEGER NOT NULL, size INTEGER NOT NULL,
            PRIMARY KEY(document, account, item)) WITHOUT ROWID;
        CREATE INDEX entry_of_account ON entry(account);
        CREATE VIRTUAL TABLE words USING fts5(
            subject, sender, recipient, attachment, body, marks, content='', tokenize="unicode61 remove_diacritics 2");
        INSERT INTO progress VALUES (1, 0, 0);
        """);
}
