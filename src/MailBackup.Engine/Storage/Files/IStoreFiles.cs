using Microsoft.Win32.SafeHandles;

namespace MailBackup.Storage;

/// <summary>
/// What changes the truth of a backup path goes through here: journals, bundles and small files, their names, and what makes them durable. As small as it
/// can be, so that a test can put a disk behind it that fails, fills up and forgets what was not synced. Reading needs none of it; databases in
/// <c>state/</c> neither, because they can be made anew. Faults are <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface IStoreFiles
{
    /// <summary>Opens a file for reading and writing beside others that do; a new one is its owner's alone.</summary>
    SafeFileHandle Open(string path, FileMode mode);

    /// <summary>All of the content or an exception; then a part of it may have reached the file.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset);

    void SetLength(SafeFileHandle file, long length);

    /// <summary>Makes the content of a file durable. Its name is the folder's: see <see cref="SyncFolder"/>.</summary>
    void Sync(SafeFileHandle file);

    /// <summary>As <see cref="Sync"/>, for several files, at once where that is the shorter wait.</summary>
    void SyncEach(IReadOnlyList<SafeFileHandle> files);

    /// <summary>Makes all of the file system of an open file durable, names too.</summary>
    /// <returns>False when that cannot be had here.</returns>
    bool TrySyncAll(SafeFileHandle file);

    /// <summary>With the folders above it that are missing. A new folder is its owner's alone.</summary>
    void CreateFolder(string path);

    /// <summary>Makes the names in a folder durable: what was made, renamed and deleted there.</summary>
    void SyncFolder(string path);

    /// <summary>Renames a file; one that has the name already goes.</summary>
    void Move(string from, string to);

    void MoveFolder(string from, string to);

    void Delete(string path);

    /// <summary>With all that is in it; a crash may leave a part of it.</summary>
    void DeleteFolder(string path);
}
