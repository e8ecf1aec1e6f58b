using System.Globalization;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Folder paths and the Maildir++ directories that stand for them: <c>Archive/2024</c> is <c>.Archive.2024</c>, the inbox is the mailbox
/// directory itself.
/// </summary>
internal static class FolderName
{
    public const string Inbox = "INBOX";

    /// <summary>The key of the inbox: the mailbox directory itself.</summary>
    public const string InboxKey = ".";

    /// <summary>The path of a directory; a part that is not well-formed modified UTF-7, or stands for something with a slash, stays as it is.</summary>
    public static string ToPath(string directoryName)
    {
        if (directoryName == InboxKey)
        {
            return Inbox;
        }

        var parts = directoryName[1..].Split('.');
        for (int i = 0; i < parts.Length; i++)
        {
            if (ModifiedUtf7.TryDecode(parts[i], out string? text) && !text.Contains('/'))
            {
                parts[i] = text;
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>The directory of a path. A dot within a part is encoded, because a dot separates parts here.</summary>
    public static string FromPath(string path) =>
        path.Equals(Inbox, StringComparison.OrdinalIgnoreCase)
            ? InboxKey : string.Concat(path.Split('/').Select(part => "." + ModifiedUtf7.Encode(part, alsoEncode: ".")));

    /// <summary>
    /// Two directories can stand for one path, for example when one is written in UTF-8 and one in modified UTF-7. The paths of an account are
    /// unique, so the second is shown with a number.
    /// </summary>
    public static string MakeUnique(string path, HashSet<string> taken)
    {
        string unique = path;
        for (int n = 2; !taken.Add(unique); n++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{path} ({n})");
        }

        return unique;
    }

    /// <summary>True for a path that <see cref="MakeUnique"/> has made of this one.</summary>
    public static bool IsVariantOf(string path, string original) =>
        path == original
        || (path.StartsWith(original, StringComparison.Ordinal) && path.AsSpan(original.Length) is [' ', '(', .. var n, ')']
            && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>Parents before children, whatever characters their names have; siblings by ordinal.</summary>
    public static int CompareParentsFirst(string a, string b)
    {
        int same = a.AsSpan().CommonPrefixLength(b);
        return (same == a.Length, same == b.Length) switch
        {
            (true, true) => 0,
            (true, false) => -1,
            (false, true) => 1,
            _ => a[same] == '/' ? -1 : b[same] == '/' ? 1 : a[same].CompareTo(b[same]),
        };
    }
}
