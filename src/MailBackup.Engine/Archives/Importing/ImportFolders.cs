using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Archives.Importing;

/// <summary>
/// Where the folders of an archive go: to their own places, or below one. Below <c>Old</c>, <c>Archive/2024</c> becomes <c>Old/Archive/2024</c>,
/// <c>Files/plans</c> <c>Files/Old/plans</c>, and <c>Contacts/personal</c> <c>Contacts/Old.personal</c>, because collections do not nest.
/// </summary>
internal sealed class ImportFolders
{
    private readonly string? _root;

    /// <summary>Throws <c>ArgumentInvalid</c>.</summary>
    public ImportFolders(string? root)
    {
        _root = root?.Trim('/');
        if (_root is { Length: 0 })
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "The folder to import into has no name.", "Name one, or leave it out.", root);
        }
    }

    public RestoreFolder Map(RestoreFolder folder)
    {
        if (_root is null)
        {
            return folder;
        }

        string path = folder.Kind switch
        {
            FolderKind.Mail => _root + "/" + folder.Path,
            FolderKind.Contacts => Collection(Mailbox.Contacts, folder.Path),
            FolderKind.Calendar => Collection(Mailbox.Calendars, folder.Path),
            _ => Join(Mailbox.Files + "/" + _root, Below(Mailbox.Files, folder.Path), '/'),
        };
        return folder with { Path = path, Key = null };
    }

    /// <summary>True for a folder of the account that a reset empties.</summary>
    /// <param name="mapped">Where the folders of the archive go: of the collections, just those are meant.</param>
    public bool IsInScope(SourceFolder folder, IReadOnlySet<string> mapped) => _root is null || folder.Kind switch
    {
        FolderKind.Mail => IsBelow(_root, folder.Path),
        FolderKind.Files => IsBelow(Mailbox.Files + "/" + _root, folder.Path),
        _ => mapped.Contains(folder.Path),
    };

    private string Collection(string top, string path) => top + "/" + Join(_root!.Replace('/', '.'), Below(top, path).Replace('/', '.'), '.');

    private static string Join(string a, string b, char by) => b.Length == 0 ? a : a + by + b;

    private static string Below(string top, string path) => path == top ? "" : IsBelow(top, path) ? path[(top.Length + 1)..] : path;

    private static bool IsBelow(string root, string path) => path == root || path.StartsWith(root + "/", StringComparison.Ordinal);
}
