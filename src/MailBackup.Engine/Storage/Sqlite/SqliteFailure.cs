using SQLitePCL;

namespace MailBackup.Storage.Sqlite;

/// <summary>SQLite said no. <see cref="IsDamage"/> tells a database that can only be made anew.</summary>
internal sealed class SqliteFailure(int code, string message, string? file = null) : Exception($"{message} (SQLite {code})")
{
    /// <summary>The database that said it.</summary>
    public string? File { get; } = file;

    public int Code { get; } = code & 0xff;

    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_SCHEMA or raw.SQLITE_MISMATCH;

    /// <summary>The file is there, but what SQLite needs beside it cannot be made.</summary>
    public bool IsUnwritable => Code is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY;

    public bool IsFull => Code == raw.SQLITE_FULL;
}
