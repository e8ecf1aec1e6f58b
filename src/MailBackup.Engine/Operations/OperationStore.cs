using MailBackup.Storage.Sqlite;

namespace MailBackup.Operations;

/// <summary>The rows of the queue and of the history. Every change is one transaction.</summary>
internal sealed class OperationStore(OperationDatabase database, int historyLimit = OperationStore.HistoryLimit)
{
    public const int HistoryLimit = 10_000;

    private const string Columns = """
        SELECT id, kind, state, queued, started, ended, coalesce(run_by, queued_by), stop_requested, error_id, error, parameters, progress, report
        FROM operations
        """;

    public Operation Enqueue(OperationKind kind, string parameters)
    {
        var operation = new Operation
        {
            Id = Guid.NewGuid(),
            Kind = kind,
            State = OperationState.Queued,
            Parameters = parameters,
            Queued = Now(),
            ProcessId = Environment.ProcessId,
        };
        Save(operation);
        return operation;
    }

    public Operation? Find(Guid id) => database.Read(db => ReadOne(db, Text(id)) is [var found] ? found : null, none: null);

    public IReadOnlyList<Operation> ListOpen() => database.Read<IReadOnlyList<Operation>>(
        db =>
        {
            using var query = db.Prepare(Columns + " WHERE ended IS NULL ORDER BY sequence");
            return ReadAll(query);
        },
        none: []);

    public IReadOnlyList<Operation> ListEnded(int limit) => database.Read<IReadOnlyList<Operation>>(
        db =>
        {
            using var query = db.Prepare(Columns + " WHERE ended IS NOT NULL ORDER BY sequence DESC LIMIT ?").Bind(0, Math.Max(0, limit));
            return ReadAll(query);
        },
        none: []);

    /// <summary>The operation of a kind that was queued last and has ended; null when there is none.</summary>
    /// <param name="succeeded">Look only among those that came to their end.</param>
    public Operation? FindLast(OperationKind kind, bool succeeded) => database.Read(
        db =>
        {
            using var query = db.Prepare(
                Columns + " WHERE ended IS NOT NULL AND kind = ?1 AND (?2 = 0 OR state IN ('Completed', 'CompletedWithErrors')) ORDER BY sequence DESC LIMIT 1");
            return ReadAll(query.Bind(0, OperationNames.Of(kind)).Bind(1, succeeded ? 1 : 0)) is [var found] ? found : null;
        },
        none: null);

    /// <summary>Whether any ended operation of a kind is as asked, the newest first; one is read at a time.</summary>
    public bool AnyEnded(OperationKind kind, Func<Operation, bool> matches) => database.Read(
        db =>
        {
            using var query = db.Prepare(Columns + " WHERE ended IS NOT NULL AND kind = ? ORDER BY sequence DESC").Bind(0, OperationNames.Of(kind));
            while (query.Step())
            {
                if (Read(query) is { } found && matches(found))
                {
                    return true;
                }
            }

            return false;
        },
        none: false);

    public bool AnyRunning() => database.Read(
        db => db.Scalar("SELECT 1 FROM operations WHERE ended IS NULL AND state = 'Running' LIMIT 1") is not null,
        none: false);

    public bool IsStopRequested(Guid id) => database.Read(
        db =>
        {
            using var query = db.Prepare("SELECT stop_requested FROM operations WHERE id = ?").Bind(0, Text(id));
            return query.Step() && query.Int64(0) != 0;
        },
        none: false);

    /// <summary>Puts the head of the queue into work. Only for the holder of the writer lock.</summary>
    /// <param name="waiter">Nothing is taken once this operation has ended: its process has no reason to work on. Null takes whatever is queued.</param>
    /// <returns>The operation, and those that were said to run although no process did; see <see cref="MarkInterrupted"/>.</returns>
    public (Operation? Next, IReadOnlyList<Operation> Interrupted) ClaimNext(Guid? waiter) => database.Write(db =>
    {
        db.Execute("BEGIN IMMEDIATE");
        var interrupted = InterruptRunning(db);
        Operation? claimed = null;
        while (claimed is null && FindHead(db, waiter) is { } head)
        {
            using var take = db.Prepare("UPDATE operations SET state = 'Running', started = ?, run_by = ? WHERE sequence = ?");
            take.Bind(0, Milliseconds(Now())).Bind(1, Environment.ProcessId).Bind(2, head).Run();
            using var query = db.Prepare(Columns + " WHERE sequence = ?").Bind(0, head);
            if (ReadAll(query) is [var found])
            {
                claimed = found;
            }
            else
            {
                // A kind that this version does not know must not block the queue for ever.
                EndRunning(
                    db,
                    OperationState.Failed,
                    ErrorIds.ConfigurationInvalid,
                    "The operation was queued by another version of this program. Start it again with this one.");
            }
        }

        db.Execute("COMMIT");
        return (claimed, interrupted);
    });

    /// <summary>Ends every operation that is said to run. Only for the holder of the writer lock, whose lock proves that none does.</summary>
    /// <returns>What was ended, as it is now: nobody else gets it.</returns>
    public IReadOnlyList<Operation> MarkInterrupted() => database.Write(db =>
    {
        db.Execute("BEGIN IMMEDIATE");
        var interrupted = InterruptRunning(db);
        db.Execute("COMMIT");
        return interrupted;
    });

    /// <summary>Back to its old place in the queue, unless somebody wants it stopped anyway.</summary>
    public bool PutBack(Guid id) => database.Write(db =>
    {
        using var update = db.Prepare("""
            UPDATE operations SET state = 'Queued', started = NULL, run_by = NULL, progress = NULL
            WHERE id = ? AND ended IS NULL AND stop_requested = 0
            """);
        update.Bind(0, Text(id)).Run();
        return db.Changes > 0;
    });

    public void SaveProgress(Guid id, OperationProgress progress) => database.Write(db =>
    {
        using var update = db.Prepare("UPDATE operations SET progress = ? WHERE id = ?");
        update.Bind(0, OperationJson.Write(progress)).Bind(1, Text(id)).Run();
        return db.Changes;
    });

    /// <summary>Writes the whole operation, and again where its row was lost with a deleted or damaged file. Trims the history.</summary>
    public void Save(Operation operation) => database.Write(db =>
    {
        db.Execute("BEGIN IMMEDIATE");
        using var save = db.Prepare("""
            INSERT INTO operations(id, kind, state, queued, started, ended, queued_by, stop_requested, error_id, error, parameters, progress, report)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(id) DO UPDATE SET state = excluded.state, started = excluded.started, ended = excluded.ended,
                stop_requested = excluded.stop_requested, error_id = excluded.error_id, error = excluded.error,
                progress = excluded.progress, report = excluded.report
            """);
        save.Bind(0, Text(operation.Id))
            .Bind(1, OperationNames.Of(operation.Kind))
            .Bind(2, OperationNames.Of(operation.State))
            .Bind(3, Milliseconds(operation.Queued))
            .Bind(4, Milliseconds(operation.Started))
            .Bind(5, Milliseconds(operation.Ended))
            .Bind(6, operation.ProcessId)
            .Bind(7, operation.StopRequested ? 1 : 0)
            .Bind(8, operation.ErrorId)
            .Bind(9, operation.Error)
            .Bind(10, operation.Parameters)
            .Bind(11, operation.Progress is { } progress ? OperationJson.Write(progress) : null)
            .Bind(12, operation.Report is { } report ? OperationJson.Write(report) : null)
            .Run();
        using var trim = db.Prepare("DELETE FROM operations WHERE sequence <= (SELECT max(sequence) FROM operations) - ? AND ended IS NOT NULL");
        trim.Bind(0, historyLimit).Run();
        db.Execute("COMMIT");
        return true;
    });

    /// <summary>Stops what is queued, and flags what runs. Null is all.</summary>
    /// <returns>How many were asked.</returns>
    public int RequestStop(Guid? id) => database.Write(db =>
    {
        using var update = db.Prepare("""
            UPDATE operations SET stop_requested = 1,
                state = CASE state WHEN 'Queued' THEN 'Stopped' ELSE state END,
                ended = CASE state WHEN 'Queued' THEN ?1 END,
                error_id = CASE state WHEN 'Queued' THEN ?2 END,
                error = CASE state WHEN 'Queued' THEN ?3 END
            WHERE ended IS NULL AND (?4 IS NULL OR id = ?4)
            """);
        update.Bind(0, Milliseconds(Now()))
            .Bind(1, ErrorIds.OperationStopped)
            .Bind(2, "The operation was stopped before it began. Start it again when it is wanted.")
            .Bind(3, id is { } one ? Text(one) : null)
            .Run();
        return db.Changes;
    });

    /// <summary>To the millisecond, which is what is stored: an operation reads back as it was written.</summary>
    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static long? FindHead(SqliteDatabase db, Guid? waiter)
    {
        using var query = db.Prepare("""
            SELECT sequence FROM operations
            WHERE ended IS NULL AND (?1 IS NULL OR EXISTS (SELECT 1 FROM operations WHERE id = ?1 AND ended IS NULL))
            ORDER BY sequence LIMIT 1
            """);
        query.Bind(0, waiter is { } id ? Text(id) : null);
        return query.Step() ? query.Int64(0) : null;
    }

    private static IReadOnlyList<Operation> InterruptRunning(SqliteDatabase db)
    {
        using var query = db.Prepare("SELECT id FROM operations WHERE ended IS NULL AND state = 'Running' ORDER BY sequence");
        var running = new List<string>();
        while (query.Step())
        {
            running.Add(query.Text(0));
        }

        if (running.Count == 0)
        {
            return [];
        }

        EndRunning(
            db,
            OperationState.Interrupted,
            ErrorIds.OperationInterrupted,
            "The process that ran this operation ended before it was done. What it had saved is kept; start the operation again.");
        return [.. running.SelectMany(id => ReadOne(db, id))];
    }

    private static List<Operation> ReadOne(SqliteDatabase db, string id)
    {
        using var query = db.Prepare(Columns + " WHERE id = ?").Bind(0, id);
        return ReadAll(query);
    }

    private static void EndRunning(SqliteDatabase db, OperationState state, string errorId, string error)
    {
        using var update = db.Prepare(
            "UPDATE operations SET state = ?, ended = ?, error_id = ?, error = ? WHERE ended IS NULL AND state = 'Running'");
        update.Bind(0, OperationNames.Of(state)).Bind(1, Milliseconds(Now())).Bind(2, errorId).Bind(3, error).Run();
    }

    private static List<Operation> ReadAll(SqliteStatement row)
    {
        var found = new List<Operation>();
        while (row.Step())
        {
            if (Read(row) is { } operation)
            {
                found.Add(operation);
            }
        }

        return found;
    }

    /// <summary>Null for a row of a kind or state that only a later version knows: it is not for this one to show.</summary>
    private static Operation? Read(SqliteStatement row) =>
        OperationNames.Kind(row.Text(1)) is { } kind && OperationNames.State(row.Text(2)) is { } state && Guid.TryParse(row.Text(0), out var id)
            ? new Operation
            {
                Id = id,
                Kind = kind,
                State = state,
                Queued = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(3)),
                Started = row.IsNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(4)),
                Ended = row.IsNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(5)),
                ProcessId = row.Int32(6),
                StopRequested = row.Int64(7) != 0,
                ErrorId = row.IsNull(8) ? null : row.Text(8),
                Error = row.IsNull(9) ? null : row.Text(9),
                Parameters = row.Text(10),
                Progress = row.IsNull(11) ? null : OperationJson.ReadProgress(row.Text(11)),
                Report = row.IsNull(12) ? null : OperationJson.ReadReport(row.Text(12)),
            }
            : null;

    private static string Text(Guid id) => id.ToString("D");

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
