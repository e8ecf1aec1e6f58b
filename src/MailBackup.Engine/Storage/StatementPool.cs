using System.Collections.Concurrent;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>One query of the catalog that is asked often, by any number of threads: connections with the prepared statement, kept for the next time.</summary>
internal sealed class StatementPool(Catalog catalog, string sql) : IDisposable
{
    private readonly ConcurrentBag<(SqliteDatabase Db, SqliteStatement Statement)> _idle = [];

    public T Use<T>(Func<SqliteStatement, T> ask)
    {
        if (!_idle.TryTake(out var one))
        {
            var db = catalog.Connect();
            one = (db, db.Prepare(sql));
        }

        try
        {
            var answer = ask(one.Statement);
            one.Statement.Reset();
            _idle.Add(one);
            return answer;
        }
        catch
        {
            Close(one);
            throw;
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var one))
        {
            Close(one);
        }
    }

    private static void Close((SqliteDatabase Db, SqliteStatement Statement) one)
    {
        one.Statement.Dispose();
        one.Db.Dispose();
    }
}
