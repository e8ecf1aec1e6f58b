using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>A connection with the one statement that asks for the document of a content. One thread.</summary>
internal sealed class KnownLookup(SqliteDatabase db) : IDisposable
{
    private readonly SqliteStatement _find = db.Prepare("SELECT document FROM known WHERE key = ?");

    public long? Find(ContentKey key)
    {
        long? found = _find.Bind(0, key.ToArray()).Step() ? _find.Int64(0) : null;
        _find.Reset();
        return found;
    }

    public void Dispose()
    {
        _find.Dispose();
        db.Dispose();
    }
}
