using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Sharing;

/// <summary>
/// What identifiers of an old server are called here. A file with one pair a line, <c>old new</c> with blanks, a tab, a comma or <c>=></c> between them and
/// <c>#</c> before remarks; or <c>id_mapper.log</c> of an account, from which the account's old id and its id here are taken.
/// </summary>
internal sealed class IdentifierMap
{
    private const int MostLines = 10_000_000;

    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _names.Count;

    /// <summary>Errors: <c>IdMapInvalid</c>.</summary>
    public static IdentifierMap Read(string path)
    {
        var map = new IdentifierMap();
        try
        {
            int number = 0;
            foreach (string line in File.ReadLines(path))
            {
                if (++number > MostLines)
                {
                    throw Invalid(path, $"it has more than {MostLines} lines");
                }

                if (!map.Take(path, line.Trim()))
                {
                    throw Invalid(path, $"line {number} is no pair of names: {(line.Length > 60 ? line[..60] + "…" : line)}");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message, e);
        }

        return map.Count > 0 ? map : throw Invalid(path, "it names nothing");
    }

    /// <summary>What it is called here, or null. A user without a domain is found by the part before it.</summary>
    public string? Find(string name) => _names.GetValueOrDefault(name) ?? (name.Contains('@', StringComparison.Ordinal) ? null : FindShort(name));

    /// <summary>A folder's name with the old owner's replaced by the new one's, or null when none of its parts is in the map.</summary>
    public string? FindInPath(string path)
    {
        foreach (char separator in "/.")
        {
            var parts = path.Split(separator);
            int at = Array.FindIndex(parts, p => Find(p) is not null);
            if (at >= 0)
            {
                parts[at] = Find(parts[at])!;
                return string.Join(separator, parts);
            }
        }

        return null;
    }

    private string? FindShort(string name)
    {
        var found = _names.Where(n => Short(n.Key).Equals(name, StringComparison.OrdinalIgnoreCase)).Select(n => Short(n.Value)).Distinct().ToList();
        return found.Count == 1 && !found[0].Equals(name, StringComparison.OrdinalIgnoreCase) ? found[0] : null;
    }

    private static string Short(string name) => name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? name[..at] : name;

    private bool Take(string path, string line)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return true;
        }

        if (line[0] == '{')
        {
            return TakeRestored(path, line);
        }

        var parts = line.Replace("=>", " ", StringComparison.Ordinal).Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > 2 && parts[2][0] == '#')
        {
            parts = parts[..2];
        }

        if (parts.Length != 2)
        {
            return false;
        }

        if (_names.TryGetValue(parts[0], out string? known) && known != parts[1])
        {
            throw Invalid(path, $"{parts[0]} is both {known} and {parts[1]}");
        }

        _names[parts[0]] = parts[1];
        return true;
    }

    /// <summary><c>accounts/(id here)/id_mapper.log</c>: each line has the id that the account had.</summary>
    private bool TakeRestored(string path, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            string here = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "");
            if (!document.RootElement.TryGetProperty("account", out var account) || !account.TryGetGuid(out var old) || !Guid.TryParse(here, out var now))
            {
                return false;
            }

            _names[old.ToString("D")] = now.ToString("D");
            return true;
        }
        catch (JsonException)
        {
            // A torn last line of a crash.
            return true;
        }
    }

    private static MailBackupException Invalid(string path, string problem, Exception? inner = null) => new(
        ErrorIds.IdMapInvalid, $"The map of names {path} cannot be used: {problem}.",
        "Write one pair a line, the old name and the new: bob@old.example.com bob@example.com.", path, inner);
}
