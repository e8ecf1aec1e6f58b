using System.Text;
using MailBackup.Model;
using SQLitePCL;

namespace MailBackup.Storage.Sqlite;

/// <summary>A prepared statement. Parameters and columns are counted from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int index, long value)
    {
        raw.sqlite3_bind_int64(statement, index + 1, value);
        return this;
    }

    public SqliteStatement Bind(int index, long? value)
    {
        if (value is { } number)
        {
            return Bind(index, number);
        }

        raw.sqlite3_bind_null(statement, index + 1);
        return this;
    }

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            raw.sqlite3_bind_null(statement, index + 1);
            return this;
        }

        // An empty span would be bound as NULL.
        int max = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (value.Length > 0 && max <= 1024)
        {
            Span<byte> utf8 = stackalloc byte[max];
            raw.sqlite3_bind_text(statement, index + 1, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }
        else
        {
            raw.sqlite3_bind_text(statement, index + 1, value);
        }

        return this;
    }

    public SqliteStatement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        // An empty span would be bound as NULL.
        raw.sqlite3_bind_text(statement, index + 1, utf8.IsEmpty ? " "u8 : utf8);
        return this;
    }

    public SqliteStatement Bind(int index, byte[] value)
    {
        raw.sqlite3_bind_blob(statement, index + 1, value);
        return this;
    }

    public SqliteStatement Bind(int index, Digest? value)
    {
        if (value is not { } digest)
        {
            raw.sqlite3_bind_null(statement, index + 1);
            return this;
        }

        Span<byte> bytes = stackalloc byte[Model.Digest.ByteLength];
        digest.CopyTo(bytes);
        raw.sqlite3_bind_blob(statement, index + 1, bytes);
        return this;
    }

    /// <summary>True when there is a row.</summary>
    public bool Step()
    {
        int result = raw.sqlite3_step(statement);
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Failure(result),
        };
    }

    /// <summary>Runs a statement that gives no rows and makes it ready for the next time.</summary>
    public void Run()
    {
        int result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            throw database.Failure(result);
        }
    }

    public void Reset() => raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public double Double(int column) => raw.sqlite3_column_double(statement, column);

    public int Int32(int column) => raw.sqlite3_column_int(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public Digest? Digest(int column)
    {
        var bytes = raw.sqlite3_column_blob(statement, column);
        return bytes.Length == Model.Digest.ByteLength ? new Digest(bytes) : null;
    }

    public void Dispose() => statement.Dispose();
}
