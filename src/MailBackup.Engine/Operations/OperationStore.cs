using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;

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

    public Operation? Find(Guid id) => database.Read(
        c => Select(c, " WHERE id = $id", ("$id", Text(id))) is [var found] ? found : null,
        none: null);

    public IReadOnlyList<Operation> ListOpen() => database.Read(
        c => Select(c, " WHERE ended IS NULL ORDER BY sequence"),
        none: []);

    public IReadOnlyList<Operation> ListEnded(int limit) => database.Read(
        c => Select(c, " WHERE ended IS NOT NULL ORDER BY sequence DESC LIMIT $limit", ("$limit", limit)),
        none: []);

    public bool AnyRunning() => database.Read(
        c => Query(c, "SELECT 1 FROM operations WHERE ended IS NULL AND state = 'Running' LIMIT 1") is not null,
        none: false);

    public bool IsStopRequested(Guid id) => database.Read(
        c => Query(c, "SELECT stop_requested FROM operations WHERE id = $id", ("$id", Text(id))) is 1L,
        none: false);

    /// <summary>Puts the head of the queue into work. Only for the holder of the writer lock.</summary>
    /// <param name="waiter">Nothing is taken once this operation has ended: its process has no reason to work on.</param>
    public Operation? ClaimNext(Guid waiter) => database.Write(c =>
    {
        using var transaction = c.BeginTransaction(deferred: false);
        InterruptRunning(c);
        object? head = Query(
            c,
            """
            SELECT min(sequence) FROM operations
            WHERE ended IS NULL AND EXISTS (SELECT 1 FROM operations WHERE id = $waiter AND ended IS NULL)
            """,
            ("$waiter", Text(waiter)));
        Operation? claimed = null;
        while (claimed is null && head is long sequence)
        {
            Execute(
                c,
                "UPDATE operations SET state = 'Running', started = $now, run_by = $me WHERE sequence = $head",
                ("$now", Milliseconds(Now())),
                ("$me", Environment.ProcessId),
                ("$head", sequence));
            var rows = Select(c, " WHERE sequence = $head", ("$head", sequence));
            if (rows.Count > 0)
            {
                claimed = rows[0];
                break;
            }

            // A kind that this version does not know must not block the queue for ever.
            EndWithError(
                c,
                "sequence = " + sequence.ToString(CultureInfo.InvariantCulture),
                OperationState.Failed,
                ErrorIds.ConfigurationInvalid,
                "The operation was queued by another version of this program. Start it again with this one.");
            head = Query(c, "SELECT min(sequence) FROM operations WHERE ended IS NULL");
        }

        transaction.Commit();
        return claimed;
    });

    /// <summary>Ends every operation that is said to run. Only for the holder of the writer lock, whose lock proves that none does.</summary>
    public void MarkInterrupted() => database.Write(InterruptRunning);

    /// <summary>Back to its old place in the queue, unless somebody wants it stopped anyway.</summary>
    public bool PutBack(Guid id) => database.Write(c => Execute(
        c,
        """
        UPDATE operations SET state = 'Queued', started = NULL, run_by = NULL, progress = NULL
        WHERE id = $id AND ended IS NULL AND stop_requested = 0
        """,
        ("$id", Text(id)))) > 0;

    public void SaveProgress(Guid id, OperationProgress progress) => database.Write(c => Execute(
        c,
        "UPDATE operations SET progress = $progress WHERE id = $id",
        ("$progress", JsonSerializer.Serialize(progress, OperationJson.Default.OperationProgress)),
        ("$id", Text(id))));

    /// <summary>Writes the whole operation, and again where its row was lost with a deleted or damaged file. Trims the history.</summary>
    public void Save(Operation operation) => database.Write(c => Execute(
        c,
        """
        BEGIN IMMEDIATE;
        INSERT INTO operations(id, kind, state, queued, started, ended, queued_by, stop_requested, error_id, error, parameters, progress, report)
        VALUES ($id, $kind, $state, $queued, $started, $ended, $process, $stop, $error_id, $error, $parameters, $progress, $report)
        ON CONFLICT(id) DO UPDATE SET state = $state, started = $started, ended = $ended, stop_requested = $stop, error_id = $error_id,
            error = $error, progress = $progress, report = $report;
        DELETE FROM operations WHERE sequence <= (SELECT max(sequence) FROM operations) - $limit AND ended IS NOT NULL;
        COMMIT;
        """,
        ("$id", Text(operation.Id)),
        ("$kind", operation.Kind.ToString()),
        ("$state", operation.State.ToString()),
        ("$queued", Milliseconds(operation.Queued)),
        ("$started", Milliseconds(operation.Started)),
        ("$ended", Milliseconds(operation.Ended)),
        ("$process", operation.ProcessId),
        ("$stop", operation.StopRequested ? 1 : 0),
        ("$error_id", operation.ErrorId),
        ("$error", operation.Error),
        ("$parameters", operation.Parameters),
        ("$progress", operation.Progress is { } p ? JsonSerializer.Serialize(p, OperationJson.Default.OperationProgress) : null),
        ("$report", operation.Report is { } r ? JsonSerializer.Serialize(r, OperationJson.Default.OperationReport) : null),
        ("$limit", historyLimit)));

    /// <summary>Stops what is queued, and flags what runs. Null is all.</summary>
    /// <returns>How many were asked.</returns>
    public int RequestStop(Guid? id) => database.Write(c => Execute(
        c,
        """
        UPDATE operations SET stop_requested = 1,
            state = CASE state WHEN 'Queued' THEN 'Stopped' ELSE state END,
            ended = CASE state WHEN 'Queued' THEN $now END,
            error_id = CASE state WHEN 'Queued' THEN $error_id END,
            error = CASE state WHEN 'Queued' THEN $error END
        WHERE ended IS NULL AND ($id IS NULL OR id = $id)
        """,
        ("$now", Milliseconds(Now())),
        ("$error_id", ErrorIds.OperationStopped),
        ("$error", "The operation was stopped before it began. Start it again when it is wanted."),
        ("$id", id is { } one ? Text(one) : null)));

    /// <summary>To the millisecond, which is what is stored: an operation reads back as it was written.</summary>
    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static int InterruptRunning(SqliteConnection c) => EndWithError(
        c,
        "ended IS NULL AND state = 'Running'",
        OperationState.Interrupted,
        ErrorIds.OperationInterrupted,
        "The process that ran this operation ended before it was done. What it had saved is kept; start the operation again.");

    private static int EndWithError(SqliteConnection c, string where, OperationState state, string errorId, string error) => Execute(
        c,
        "UPDATE operations SET state = $state, ended = $now, error_id = $error_id, error = $error WHERE " + where,
        ("$state", state.ToString()),
        ("$now", Milliseconds(Now())),
        ("$error_id", errorId),
        ("$error", error));

    private static List<Operation> Select(SqliteConnection c, string where, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(c, Columns + where, parameters);
        using var row = command.ExecuteReader();
        var found = new List<Operation>();
        while (row.Read())
        {
            // Rows of kinds and states that only a later version knows are not for this one to show.
            if (Enum.TryParse(row.GetString(1), out OperationKind kind) && Enum.TryParse(row.GetString(2), out OperationState state))
            {
                found.Add(new Operation
                {
                    Id = Guid.Parse(row.GetString(0)),
                    Kind = kind,
                    State = state,
                    Queued = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
                    Started = row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
                    Ended = row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
                    ProcessId = row.GetInt32(6),
                    StopRequested = row.GetInt64(7) != 0,
                    ErrorId = row.IsDBNull(8) ? null : row.GetString(8),
                    Error = row.IsDBNull(9) ? null : row.GetString(9),
                    Parameters = row.GetString(10),
                    Progress = row.IsDBNull(11) ? null : Parse(row.GetString(11), OperationJson.Default.OperationProgress),
                    Report = row.IsDBNull(12) ? null : WithLists(Parse(row.GetString(12), OperationJson.Default.OperationReport)),
                });
            }
        }

        return found;
    }

    private static OperationReport? WithLists(OperationReport? report) =>
        report is null ? null : report with { Troubles = report.Troubles ?? [], Warnings = report.Warnings ?? [] };

    private static T? Parse<T>(string json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static object? Query(SqliteConnection c, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(c, sql, parameters);
        return command.ExecuteScalar();
    }

    private static int Execute(SqliteConnection c, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(c, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection c, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        // CreateCommand enrols the command in the open transaction, where there is one.
        var command = c.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private static string Text(Guid id) => id.ToString("D");

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static object? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
