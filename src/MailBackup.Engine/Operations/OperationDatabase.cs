using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;
using SQLitePCL;

namespace MailBackup.Operations;

/// <summary>
/// The file <c>state/operations.db</c>: opening, making, and replacing it. Each use opens a connection of its own (a third of a millisecond),
/// so a file that was deleted or replaced under a long-lived process is never written to by mistake, and threads share nothing.
/// The file is transient state: a damaged one is set aside and made anew, while nobody else has it open.
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

    // Whoever closes the file last would put the log into the file, with two syncs that are dearer than the whole use. So it is left alone
    // until it is this long; not for ever, because whoever opens the file first has to read it through.
    private const long KeepLogUnder = 512 * 1024;

    // On top of SQLite's own patience: a few things, such as two processes that make the file at once, it refuses without waiting.
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _warnings = new();

    /// <summary>Runs a change, making the file where it does not exist. Errors: <c>BackupPathNotFound</c>, <c>BackupPathNotWritable</c>,
    /// <c>BackupPathFull</c>, <c>BackupPathBusy</c>.</summary>
    public T Write<T>(Func<SqliteDatabase, T> change)
    {
        EnsureFolder(path);
        long begun = Stopwatch.GetTimestamp();
        int replaced = 0, odd = 0;
        while (true)
        {
            try
            {
                using var use = DatabaseUse.Share(path, FileAccess.ReadWrite);
                using var db = OpenForWriting();
                EnsureSchema(db);
                return change(db);
            }
            catch (SqliteFailure e) when (IsPassing(e, ref odd, begun))
            {
                Thread.Sleep(20);
                EnsureFolder(path);
            }
            catch (SqliteFailure e) when (e.IsDamage && replaced < 3)
            {
                SetAside(e, force: replaced++ > 0);
            }
            catch (SqliteFailure e)
            {
                throw Explain(e);
            }
        }
    }

    /// <summary>Runs a query. Never makes or changes the file: a missing or damaged one answers <paramref name="none"/>.</summary>
    public T Read<T>(Func<SqliteDatabase, T> query, T none)
    {
        if (!File.Exists(path))
        {
            return none;
        }

        long begun = Stopwatch.GetTimestamp();
        int odd = 0;
        while (true)
        {
            try
            {
                using var use = DatabaseUse.Share(path, FileAccess.Read);
                using var db = OpenForReading();
                return db.Scalar("PRAGMA user_version") == Version ? query(db) : none;
            }
            catch (SqliteFailure e) when (IsPassing(e, ref odd, begun))
            {
                Thread.Sleep(20);
            }
            catch (SqliteFailure e) when (e.IsDamage || !File.Exists(path))
            {
                return none;
            }
            catch (SqliteFailure e)
            {
                throw Explain(e);
            }
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
            PrivateFiles.CreateDirectory(folder);
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

    private SqliteDatabase OpenForWriting()
    {
        var db = SqliteDatabase.Open(path, readOnly: false);
        if (new FileInfo(path + "-wal") is not { Exists: true, Length: >= KeepLogUnder })
        {
            db.KeepLogOnClose();
        }

        return db;
    }

    private SqliteDatabase OpenForReading()
    {
        var db = SqliteDatabase.Open(path, readOnly: true);
        try
        {
            // Opening touches nothing yet; this does.
            _ = db.Scalar("PRAGMA user_version");
            return db;
        }
        catch (SqliteFailure e) when (e.Code is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY)
        {
            // A read-only file system where the log has no index: the file alone can still be read, as it was at the last checkpoint.
            db.Dispose();
            return SqliteDatabase.OpenImmutable(path);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    private static void EnsureSchema(SqliteDatabase db)
    {
        db.Execute("PRAGMA synchronous = NORMAL");
        long version = db.Scalar("PRAGMA user_version") ?? 0;
        if (version == 0)
        {
            db.Execute("PRAGMA journal_mode = WAL");
            db.Execute("BEGIN IMMEDIATE");
            version = db.Scalar("PRAGMA user_version") ?? 0;
            if (version == 0 && db.Scalar("SELECT count(*) FROM sqlite_master") == 0)
            {
                db.Execute(Schema);
                version = Version;
            }

            // Nothing to commit where another process was faster.
            db.Execute("COMMIT");
        }

        if (version != Version)
        {
            // The file of another version is of as little use here as a damaged one, and goes the same way.
            throw new SqliteFailure(raw.SQLITE_NOTADB, "it was written by another version");
        }
    }

    /// <summary>Worth another try: somebody else is at it, or the file was just deleted from under us.</summary>
    /// <param name="odd">How often it was something else than that others were at it.</param>
    private static bool IsPassing(SqliteFailure e, ref int odd, long begun) => e.Code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Stopwatch.GetElapsedTime(begun) < BusyPatience,
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PROTOCOL => odd++ < 3,
        _ => false,
    };

    private void SetAside(SqliteFailure reason, bool force)
    {
        // Alone: a file that is renamed while others have it open, and whose log then is another's, would soon be damaged again. And only while
        // it is still the bad one: two that found it must not throw away each other's new one.
        using var alone = DatabaseUse.Take(path);
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

    private bool IsSound()
    {
        if (!File.Exists(path))
        {
            return true;
        }

        try
        {
            using var db = OpenForWriting();
            EnsureSchema(db);
            using var check = db.Prepare("PRAGMA quick_check(1)");
            return check.Step() && check.Text(0) == "ok";
        }
        catch (SqliteFailure e) when (e.IsDamage)
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

    private MailBackupException Explain(SqliteFailure e)
    {
        var (id, action) = e.Code switch
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
