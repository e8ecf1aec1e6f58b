using System.Collections.Concurrent;
using System.Globalization;
using MailBackup.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailBackup.Operations;

/// <summary>
/// The file <c>state/operations.db</c>: opening, making, and replacing it. Each use opens a connection of its own (a third of a millisecond),
/// so a file that was deleted or replaced under a long-lived process is never written to by mistake, and threads share nothing.
/// The file is transient state: a damaged one is set aside and made anew.
/// </summary>
internal sealed class OperationDatabase(string path)
{
    private const long Version = 1;

    private const string Schema = """
        CREATE TABLE operations(
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            queued INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            queued_by INTEGER NOT NULL,
            run_by INTEGER,
            stop_requested INTEGER NOT NULL DEFAULT 0,
            error_id TEXT,
            error TEXT,
            parameters TEXT NOT NULL,
            progress TEXT,
            report TEXT);
        CREATE INDEX operations_open ON operations(sequence) WHERE ended IS NULL;
        PRAGMA user_version = 1;
        """;

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.
    private const int NoCheckpointOnClose = 1006;

    // Whoever closes the file last would put the log into the file, with two syncs that are dearer than the whole use. So it is left alone
    // until it is this long; not for ever, because whoever opens the file first has to read it through.
    private const long KeepLogUnder = 512 * 1024;

    private const int BusyMilliseconds = 10_000;

    private readonly ConcurrentQueue<string> _warnings = new();

    /// <summary>Runs a change, making the file where it does not exist. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotWritable</c>,
    /// <c>BackupPathFull</c>, <c>BackupPathBusy</c>.</summary>
    public T Write<T>(Func<SqliteConnection, T> change)
    {
        EnsureFolder(path);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
                EnsureSchema(connection);
                return change(connection);
            }
            catch (SqliteException e) when (IsDamage(e) && attempt < 3)
            {
                SetAside(e, force: attempt > 0);
            }
            catch (SqliteException e)
            {
                throw Explain(e);
            }
        }
    }

    /// <summary>Runs a query. Never makes or changes a file: a missing or damaged one answers <paramref name="none"/>.</summary>
    public T Read<T>(Func<SqliteConnection, T> query, T none)
    {
        if (!File.Exists(path))
        {
            return none;
        }

        try
        {
            try
            {
                return Query(path, SqliteOpenMode.ReadWrite);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY)
            {
                // A read-only file system where the log has no index: the file alone can still be read, as it was at the last checkpoint.
                return Query($"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", SqliteOpenMode.ReadOnly);
            }
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return none;
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }

        T Query(string source, SqliteOpenMode mode)
        {
            using var connection = Open(source, mode);
            return ReadVersion(connection) == Version ? query(connection) : none;
        }
    }

    /// <summary>What has happened to the file since the last call, for the report of an operation.</summary>
    public bool TryTakeWarning(out string? warning) => _warnings.TryDequeue(out warning);

    /// <summary>Makes <c>state/</c> anew where it was deleted, but never the backup path itself: its volume may just not be mounted.</summary>
    public static void EnsureFolder(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (Directory.Exists(folder))
        {
            return;
        }

        string parent = Path.GetDirectoryName(folder) ?? folder;
        if (!Directory.Exists(parent))
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotFound,
                $"The backup path '{parent}' does not exist.",
                "Mount its volume, or set another backup path.",
                parent);
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotWritable,
                $"The folder '{folder}' cannot be made: {e.Message}",
                "Give this user write access to the backup path.",
                folder,
                e);
        }
    }

    private static SqliteConnection Open(string source, SqliteOpenMode mode)
    {
        var options = new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = 60 };
        var connection = new SqliteConnection(options.ToString());
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, BusyMilliseconds);
            if (new FileInfo(source + "-wal") is not { Exists: true, Length: >= KeepLogUnder })
            {
                _ = raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static long ReadVersion(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous = NORMAL; PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    private static void EnsureSchema(SqliteConnection connection)
    {
        if (ReadVersion(connection) is var version && version == Version)
        {
            return;
        }

        using var command = connection.CreateCommand();
        if (version == 0)
        {
            command.CommandText = "PRAGMA journal_mode = WAL";
            command.ExecuteNonQuery();
            using var transaction = connection.BeginTransaction(deferred: false);
            command.Transaction = transaction;
            command.CommandText = "PRAGMA user_version";
            version = (long)command.ExecuteScalar()!;
            command.CommandText = "SELECT count(*) FROM sqlite_master";
            if (version == 0 && (long)command.ExecuteScalar()! == 0)
            {
                command.CommandText = Schema;
                command.ExecuteNonQuery();
                transaction.Commit();
                return;
            }

            // Another process was faster.
            if (version == Version)
            {
                return;
            }
        }

        // The file of another version is of as little use here as a damaged one, and goes the same way.
        throw new SqliteException("it was written by another version", raw.SQLITE_NOTADB);
    }

    private static bool IsDamage(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    private void SetAside(SqliteException reason, bool force)
    {
        // One process at a time, and only while the file is still the bad one: two that found it must not throw away each other's new one.
        using var guard = AcquireRepairLock();
        if (!force && IsSound())
        {
            return;
        }

        string aside = $"{path}.damaged-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        try
        {
            // The log goes first: a new file beside an old log would have the log played into it.
            MoveIfExists(path + "-wal", aside + "-wal");
            File.Delete(path + "-shm");
            MoveIfExists(path, aside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathNotWritable,
                $"The damaged queue of operations '{path}' cannot be set aside: {e.Message}",
                "Give this user write access to the folder, or remove the file.",
                path,
                e);
        }

        _warnings.Enqueue($"The queue and history of operations could not be used ({reason.Message}). "
            + $"They were set aside as '{aside}' and begun anew; the backup itself is not affected.");
    }

    private WriterLock AcquireRepairLock()
    {
        for (int i = 0; i < 600; i++)
        {
            if (WriterLock.TryAcquire(path + ".repair") is { } taken)
            {
                return taken;
            }

            Thread.Sleep(50);
        }

        throw new MailBackupException(
            ErrorIds.BackupPathBusy, $"Another process is still setting aside the damaged '{path}'.", "Try again.", path);
    }

    private bool IsSound()
    {
        if (!File.Exists(path))
        {
            return true;
        }

        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadWrite);
            EnsureSchema(connection);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            return command.ExecuteScalar() is "ok";
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return false;
        }
    }

    private static void MoveIfExists(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to);
        }
    }

    private MailBackupException Explain(SqliteException e)
    {
        var (id, action) = e.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => (ErrorIds.BackupPathFull, "Make room on the volume of the backup path, then try again."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (ErrorIds.BackupPathBusy, "Another process keeps it busy; try again when it is done."),
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_IOERR =>
                (ErrorIds.BackupPathNotWritable, "Check that this user may write to the folder and that its volume is in order."),
            _ => (ErrorIds.InternalError, "Try again; if it comes back, report it."),
        };
        return new MailBackupException(id, $"The queue of operations '{path}' cannot be used: {e.Message}", action, path, e);
    }
}
