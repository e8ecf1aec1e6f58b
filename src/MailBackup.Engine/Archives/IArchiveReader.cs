using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>
/// An account archive, of ours or of another maker, read item by item. What a stranger has put into it is never trusted: names are judged by who
/// restores them, sizes by what comes out, and a broken item is an entry that says so.
/// </summary>
internal interface IArchiveReader : IDisposable
{
    ArchiveFormat Format { get; }

    /// <summary>Folders, parents before children; also empty ones.</summary>
    IEnumerable<RestoreFolder> Folders(CancellationToken token);

    /// <summary>Each time anew. What is in the archive and is no item of an account is counted by <see cref="PassedOver"/>.</summary>
    IEnumerable<ArchiveEntry> Items(CancellationToken token);

    /// <summary>Files in the archive that are neither mail, contact, appointment nor document. Known when the items have been gone through.</summary>
    long PassedOver { get; }
}
