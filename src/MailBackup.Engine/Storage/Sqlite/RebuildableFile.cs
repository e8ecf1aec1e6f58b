namespace MailBackup.Storage.Sqlite;

/// <summary>
/// A database that can be made anew from journals and bundles: the catalog, the search index. One that is damaged, of another version or copied
/// from elsewhere (its inode tells; a copy of a live database need not be consistent) is as good as none.
/// </summary>
internal static class RebuildableFile
{
    /// <summary>Opens an existing file for reading, or returns null when there is none that can be read as it is.</summary>
    public static SqliteDatabase? OpenExisting(string path, int version)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return OpenOurs(() => SqliteDatabase.Open(path, readOnly: true), path, version);
        }
        catch (SqliteFailure e) when (e.IsUnwritable)
        {
            // On a file system that is mounted read-only, SQLite cannot make the files that go with its log. Nobody writes there, so none are needed.
            return OpenOurs(() => SqliteDatabase.OpenImmutable(path), path, version);
        }
    }

    public static bool IsUsable(string path, int version)
    {
        try
        {
            using var db = OpenExisting(path, version);
            return db is not null;
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    /// <param name="pragmas">What has to be set before the first table is made.</param>
    /// <param name="schema">Statements that make the tables.</param>
    public static void Create(string path, int version, string pragmas, string schema)
    {
        Delete(path);
        using var db = SqliteDatabase.Open(path, readOnly: false);
        db.Execute(pragmas);
        db.Execute($"""
            BEGIN IMMEDIATE;
            CREATE TABLE place(inode INTEGER NOT NULL);
            {schema}
            INSERT INTO place VALUES ({FileIdentity.Inode(path)});
            PRAGMA user_version={version};
            COMMIT;
            """);
    }

    public static void Delete(string path)
    {
        foreach (string suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    private static SqliteDatabase? OpenOurs(Func<SqliteDatabase> open, string path, int version)
    {
        var db = open();
        try
        {
            if (db.Scalar("PRAGMA user_version") == version && db.Scalar("SELECT inode FROM place") == FileIdentity.Inode(path))
            {
                return db;
            }
        }
        catch (SqliteFailure e) when (!e.IsUnwritable)
        {
            // Damaged.
        }
        catch
        {
            db.Dispose();
            throw;
        }

        db.Dispose();
        return null;
    }
}
