using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>Where a restored folder goes below a mailbox. Whatever a backup says, it is never outside of it.</summary>
internal static class RestorePath
{
    /// <summary>The key of the folder: a name for mail, a relative path for everything else. Throws when there can be no such folder.</summary>
    public static string ToKey(RestoreFolder folder)
    {
        foreach (string part in folder.Path.Split('/'))
        {
            CheckPart(folder.Path, part);
        }

        if (folder.Key is { Length: > 0 } known && IsKey(known, folder.Kind) && FolderName.IsVariantOf(folder.Path, KeyPath(known, folder.Kind)))
        {
            return known;
        }

        string key = folder.Kind switch
        {
            FolderKind.Mail => FolderName.FromPath(folder.Path),
            FolderKind.Contacts => CollectionKey(Mailbox.Contacts, folder.Path),
            FolderKind.Calendar => CollectionKey(Mailbox.Calendars, folder.Path),
            _ => IsBelow(folder.Path, Mailbox.Files) ? folder.Path : Mailbox.Files + "/" + folder.Path,
        };
        return IsKey(key, folder.Kind) ? key : throw RestoreErrors.BadPath(folder.Path, "its name is too long or reserved");
    }

    /// <summary>A name that can be given to a file here: no separator, no control character, nothing hidden by accident.</summary>
    public static bool IsFileName(string name) =>
        name is not ("" or "." or "..") && !name.Any(c => c == '/' || char.IsControl(c)) && HasWholeCharacters(name)
        && FileNames.GetNativeLength(name) <= FileNames.MaximumLength;

    private static void CheckPart(string path, string part)
    {
        if (part.Length == 0)
        {
            throw RestoreErrors.BadPath(path, "a part of its path is empty");
        }

        if (part.Any(char.IsControl) || !HasWholeCharacters(part))
        {
            throw RestoreErrors.BadPath(path, "its name has control characters or broken ones");
        }
    }

    private static bool HasWholeCharacters(string text)
    {
        Rune _ = default;
        for (int i = 0; i < text.Length; i += _.Utf16SequenceLength)
        {
            if (!Rune.TryGetRuneAt(text, i, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static string KeyPath(string key, FolderKind kind) => kind == FolderKind.Mail ? FolderName.ToPath(key) : key;

    private static bool IsKey(string key, FolderKind kind)
    {
        var parts = key.Split('/');
        return kind switch
        {
            FolderKind.Mail => key == FolderName.InboxKey
                || (key.Length > 1 && key[0] == '.' && IsFileName(key) && !key.Contains("..", StringComparison.Ordinal) && key[^1] != '.'),
            FolderKind.Contacts => IsCollection(Mailbox.Contacts, parts),
            FolderKind.Calendar => IsCollection(Mailbox.Calendars, parts),
            _ => parts[0] == Mailbox.Files && parts.All(IsFileName)
                && !parts.Any(p => p.StartsWith(TemporaryFile.HiddenPrefix, StringComparison.Ordinal)),
        };
    }

    private static bool IsCollection(string top, string[] parts) =>
        parts[0] == top && (parts.Length == 1 || (parts.Length == 2 && IsFileName(parts[1]) && parts[1][0] != '.'));

    // Collections do not nest: the deeper parts of a path become one name.
    private static string CollectionKey(string top, string path)
    {
        string name = IsBelow(path, top) ? path[Math.Min(top.Length + 1, path.Length)..] : path;
        return name.Length == 0 ? top : top + "/" + name.Replace('/', '.');
    }

    private static bool IsBelow(string path, string top) =>
        path.StartsWith(top, StringComparison.Ordinal) && (path.Length == top.Length || path[top.Length] == '/');
}
