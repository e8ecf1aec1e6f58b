using SQLitePCL;

namespace MailBackup.Storage.Sqlite;

/// <summary>
/// A connection for the catalog's hot paths: prepared statements without the ADO.NET layer, which costs more than SQLite itself when a row is
/// three columns. One thread at a time.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private static readonly Lock s_making = new();

    private readonly sqlite3 _db;
    private readonly string _path;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 db, string path)
    {
        _db = db;
        _path = path;
    }

    public static SqliteDatabase Open(string path, bool readOnly)
    {
        int flags = raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        if (!readOnly)
        {
            Make(path);
        }

        int result = raw.sqlite3_open_v2(path, out sqlite3 db, flags, null);
        if (result != raw.SQLITE_OK)
        {
            db.Dispose();
            throw new SqliteFailure(result, $"{path} cannot be opened", path);
        }

        raw.sqlite3_busy_timeout(db, 30_000);
        return new SqliteDatabase(db, path);
    }

    /// <summary>SQLite would make it for everybody to read; its log takes the mode of the file.</summary>
    private static void Make(string path)
    {
        if (!File.Exists(path))
        {
            // One at a time: to close a file ends all locks that this process has on it, those of a connection that was opened meanwhile, too.
            lock (s_making)
            {
                if (!File.Exists(path))
                {
                    PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();
                }
            }
        }
    }

    /// <summary>Opens a file that nobody writes to, without a lock and without its log: what a read-only file system needs.</summary>
    public static SqliteDatabase OpenImmutable(string path)
    {
        string uri = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        int result = raw.sqlite3_open_v2(uri, out sqlite3 db, raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, null);
        if (result != raw.SQLITE_OK)
        {
            db.Dispose();
            throw new SqliteFailure(result, $"{path} cannot be opened", path);
        }

        return new SqliteDatabase(db, path);
    }

    /// <summary>Rows that the last change touched.</summary>
    public int Changes => raw.sqlite3_changes(_db);

    /// <summary>The last connection to close leaves the write-ahead log as it is, which spares two syncs.</summary>
    public void KeepLogOnClose()
    {
        const int NoCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
        raw.sqlite3_db_config(_db, NoCheckpointOnClose, 1, out _);
    }

    public void Execute(string sql)
    {
        int result = raw.sqlite3_exec(_db, sql);
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }
    }

    public SqliteStatement Prepare(string sql)
    {
        int result = raw.sqlite3_prepare_v2(_db, sql, out sqlite3_stmt statement);
        return result == raw.SQLITE_OK ? new SqliteStatement(this, statement) : throw Failure(result);
    }

    /// <summary>First column of the first row, or null.</summary>
    public long? Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() && !statement.IsNull(0) ? statement.Int64(0) : null;
    }

    internal SqliteFailure Failure(int result) => new(result, raw.sqlite3_errmsg(_db).utf8_to_string(), _path);

    public void Dispose() => _db.Dispose();
}
