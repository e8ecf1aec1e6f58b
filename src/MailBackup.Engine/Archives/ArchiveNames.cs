using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>
/// Names in an archive that every file system takes: what some system cannot have in a name is written as <c>%</c> and two hexadecimal digits.
/// </summary>
internal static class ArchiveNames
{
    public const string Mail = "Mail";
    private const int MaximumBytes = 180;
    private const string Forbidden = "%<>:\"/\\|?*";

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(1, 9).SelectMany(n => (string[])[$"COM{n}", $"LPT{n}"])], StringComparer.OrdinalIgnoreCase);

    /// <summary>Never empty, hidden, a device of Windows or longer than any file system takes.</summary>
    public static string Escape(string part)
    {
        var name = new StringBuilder(part.Length);
        for (int i = 0; i < part.Length; i++)
        {
            char c = part[i];
            bool atEnd = c is '.' or ' ' && (i == 0 || i == part.Length - 1);
            if (atEnd || Forbidden.Contains(c, StringComparison.Ordinal) || char.IsControl(c))
            {
                name.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                name.Append(c);
            }
        }

        string text = name.Length == 0 ? "%" : name.ToString();
        if (Devices.Contains(text.Split('.')[0]))
        {
            text = string.Create(CultureInfo.InvariantCulture, $"%{(int)text[0]:X2}{text[1..]}");
        }

        return Encoding.UTF8.GetByteCount(text) <= MaximumBytes ? text : Shorten(text);
    }

    /// <summary>Where a folder's items lie: <c>Mail/Archive/2024</c>, <c>Contacts/personal</c>, <c>Files/plans</c>.</summary>
    public static string Folder(RestoreFolder folder)
    {
        string path = string.Join('/', folder.Path.Split('/').Select(Escape));
        return folder.Kind == FolderKind.Mail ? Mail + "/" + path : path;
    }

    /// <summary><c>20240502-093002-12.eml</c> for what has no name of its own, else the item's own.</summary>
    public static string Item(ItemState state, long number)
    {
        if (state.Type != ItemType.Message)
        {
            string own = state.Key.Length > 0 ? state.Key : state.Subject;
            string extension = state.Type switch { ItemType.Document => "", ItemType.Contact or ItemType.ContactGroup => ".vcf", _ => ".ics" };
            return own.Length > 0 ? Escape(own) : string.Create(CultureInfo.InvariantCulture, $"{number}{extension}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{state.Date.UtcDateTime:yyyyMMdd-HHmmss}-{number}.eml");
    }

    private static string Shorten(string text)
    {
        string extension = Path.GetExtension(text) is { Length: <= 10 } e ? e : "";
        string mark = "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8] + extension;
        int keep = text.Length;
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, keep)) + mark.Length > MaximumBytes)
        {
            keep--;
        }

        return text[..(keep > 0 && char.IsHighSurrogate(text[keep - 1]) ? keep - 1 : keep)] + mark;
    }
}
