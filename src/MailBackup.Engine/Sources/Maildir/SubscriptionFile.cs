using System.Text;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The folders that a user has subscribed to, from the file <c>subscriptions</c> of the mailbox: one a line, its parts joined by dots, or in
/// Dovecot's second format (first line <c>V\t2</c>) joined by tabs.
/// </summary>
internal static class SubscriptionFile
{
    public const string FileName = "subscriptions";
    public const string Version2Header = "V\t2\n\n";

    /// <summary>
    /// Storage names as the directories have them after their dot (<c>Archive.2024</c>), and <c>INBOX</c>; each with its line as it stands in the file.
    /// </summary>
    public static Dictionary<string, string> Read(string mailDirectory)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        bool version2 = false;
        foreach (string line in SmallFile.ReadLines(mailDirectory, FileName))
        {
            if (line == "V\t2")
            {
                version2 = true;
            }
            else if (line.Length > 0)
            {
                names[version2 ? string.Join('.', line.Split('\t').Select(Unescape)) : line] = line;
            }
        }

        return names;
    }

    /// <summary>The content with one more line, or null when the name is in it.</summary>
    public static byte[]? Add(byte[]? content, string storageName) =>
        AddLine(content, version2 => version2 ? string.Join('\t', storageName.Split('.').Select(Escape)) : storageName);

    /// <summary>The same for a line of another mailbox's file: of whatever namespace, its separators become those of this file.</summary>
    public static byte[]? AddElsewhere(byte[]? content, string line) => AddLine(content, version2 =>
        version2 == line.Contains('\t', StringComparison.Ordinal) ? line
        : version2 ? string.Join('\t', line.Split('/').Select(Escape))
        : string.Join('/', line.Split('\t').Select(Unescape)));

    private static byte[]? AddLine(byte[]? content, Func<bool, string> format)
    {
        string text = content is null ? "" : Encoding.UTF8.GetString(content);
        string line = format(text.StartsWith(Version2Header, StringComparison.Ordinal));
        if (text.Split('\n').Contains(line, StringComparer.Ordinal))
        {
            return null;
        }

        return Encoding.UTF8.GetBytes((text.Length == 0 || text.EndsWith('\n') ? text : text + "\n") + line + "\n");
    }

    // Dovecot's escaping of tab-separated text: \001 and a digit.
    private static string Escape(string part) =>
        part.Replace("\u0001", "\u00011", StringComparison.Ordinal).Replace("\t", "\u0001t", StringComparison.Ordinal);

    private static string Unescape(string part) =>
        part.Replace("\u0001t", "\t", StringComparison.Ordinal).Replace("\u00011", "\u0001", StringComparison.Ordinal);
}
