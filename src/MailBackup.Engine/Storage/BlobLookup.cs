using MailBackup.Model;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>A connection with the one statement that asks where a blob is.</summary>
internal sealed class BlobLookup(SqliteDatabase db) : IDisposable
{
    private readonly SqliteStatement _find = db.Prepare("SELECT bundle, offset, length, size FROM blob WHERE digest = ?");

    public BlobLocation? Find(Digest digest)
    {
        BlobLocation? found = _find.Bind(0, digest).Step()
            ? new BlobLocation(_find.Int32(0), _find.Int64(1), _find.Int64(2), _find.Int64(3))
            : null;
        _find.Reset();
        return found;
    }

    public void Dispose()
    {
        _find.Dispose();
        db.Dispose();
    }
}
