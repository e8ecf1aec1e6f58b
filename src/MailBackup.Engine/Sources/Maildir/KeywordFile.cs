using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The keywords of one folder as Dovecot keeps them in <c>dovecot-keywords</c>: line <c>3 $Important</c> says that the letter <c>d</c> in a
/// file name stands for <c>$Important</c>.
/// </summary>
internal sealed class KeywordFile
{
    public const string FileName = "dovecot-keywords";

    private readonly string?[] _names = new string?[MessageName.KeywordLetters];

    // Most messages share a handful of combinations, so each gives one list, not one a message.
    private readonly ConcurrentDictionary<uint, IReadOnlyList<string>> _lists = new();

    private KeywordFile()
    {
    }

    /// <summary>A folder without the file has no keywords.</summary>
    public static KeywordFile Read(string folderDirectory)
    {
        var keywords = new KeywordFile();
        foreach (string line in SmallFile.ReadLines(folderDirectory, FileName))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && space < line.Length - 1
                && int.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < MessageName.KeywordLetters)
            {
                keywords._names[index] = line[(space + 1)..];
            }
        }

        return keywords;
    }

    /// <summary>Names of the letters that have one, sorted by ordinal.</summary>
    public IReadOnlyList<string> Names(uint bits) => bits == 0 ? [] : _lists.GetOrAdd(bits, static (b, names) => Collect(b, names), _names);

    /// <summary>The letter of a keyword, or -1. Dovecot compares keywords without regard to case.</summary>
    public int IndexOf(string name) => Array.FindIndex(_names, n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gives a keyword the first free letter; false when all are taken.</summary>
    public bool TryAdd(string name)
    {
        int free = Array.IndexOf(_names, null);
        if (free < 0)
        {
            return false;
        }

        _names[free] = name;
        _lists.Clear();
        return true;
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _names.Length; i++)
        {
            if (_names[i] is { } name)
            {
                text.Append(CultureInfo.InvariantCulture, $"{i} {name}\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static List<string> Collect(uint bits, string?[] names)
    {
        var list = new List<string>(BitOperations.PopCount(bits));
        for (; bits != 0; bits &= bits - 1)
        {
            if (names[BitOperations.TrailingZeroCount(bits)] is { } name)
            {
                list.Add(name);
            }
        }

        list.Sort(StringComparer.Ordinal);
        return list;
    }
}
