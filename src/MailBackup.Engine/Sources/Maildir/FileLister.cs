using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>Lists the objects of a <c>vdir</c> collection or the documents of a directory. Their names are their keys; they have no flags.</summary>
internal static class FileLister
{
    public static IEnumerable<SourceItem> List(string directory, FolderKind kind, CancellationToken token)
    {
        using var reader = DirectoryReader.TryOpen(directory) ?? throw new PosixException(Errno.ENOENT, directory);
        while (reader.Next())
        {
            token.ThrowIfCancellationRequested();
            if (reader.MayBeRegular && CollectionFolders.IsItem(reader.Name, kind) && reader.TryGetStatus(out var status) && status.IsRegular)
            {
                string name = reader.NameText;
                yield return new SourceItem { StableKey = name, Key = name, Date = status.ModifiedDate, Size = status.Size };
            }
        }
    }
}
