using System.Buffers.Binary;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Lists the messages of a folder while the mail server goes on working in it. Reading a directory may miss a file that is renamed meanwhile,
/// and a message missed would be taken for deleted, so the directories are read again until they did not change during the reading.
/// </summary>
internal static class MessageLister
{
    // A folder where flags change all the time is not waited for: what was missed that often in a row does not exist.
    private const int MaximumPasses = 5;

    // The kernel's clock for file times ticks only every few milliseconds.
    private const long TickNanoseconds = 50_000_000;

    public static IEnumerable<SourceItem> List(string directory, CancellationToken token)
    {
        var keywords = KeywordFile.Read(directory);
        var seen = new HashSet<ulong>();
        var doubles = new List<string>();
        var names = new MessageNames();
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            var before = Times(directory);
            bool unsure = Math.Max(before.Current, before.New) > FolderToken.Nanoseconds(DateTimeOffset.UtcNow) - TickNanoseconds;

            // A message goes from new to cur and never back: in this order it is met at least once.
            foreach (string part in (string[])[MessageName.New, MessageName.Current])
            {
                using var reader = Open(directory, part);
                while (reader is not null && names.Fill(reader))
                {
                    for (int i = 0; i < names.Count; i++)
                    {
                        token.ThrowIfCancellationRequested();
                        ulong hash = Hash(StablePart(names.Name(i)));
                        if (!seen.Add(hash))
                        {
                            if (pass == 0)
                            {
                                doubles.Add(FileNames.FromNative(part, names.Name(i)));
                            }
                        }
                        else if (!reader.TryGetStatus(names.NativeName(i), out var status))
                        {
                            // Renamed since the directory showed it: its new name is still to come.
                            seen.Remove(hash);
                        }
                        else if (status.IsRegular)
                        {
                            yield return Create(FileNames.FromNative(part, names.Name(i)), status, keywords);
                        }
                    }
                }
            }

            if (!unsure && Times(directory) == before)
            {
                break;
            }
        }

        foreach (string key in doubles.Count == 0 ? [] : GenuineDoubles(directory, doubles))
        {
            if (FileStatus.TryGet(directory, key, out var status, follow: false) && status.IsRegular)
            {
                yield return Create(key, status, keywords) with { StableKey = key[MessageName.Current.Length..] };
            }
        }
    }

    /// <summary>Those of the named messages that are there; null when a stable part is there twice, which only the whole folder can tell apart.</summary>
    public static List<SourceItem>? ListNamed(string directory, IReadOnlyCollection<string> keys)
    {
        var keywords = KeywordFile.Read(directory);
        var stable = new HashSet<string>(StringComparer.Ordinal);
        var items = new List<SourceItem>(keys.Count);
        foreach (string key in keys)
        {
            if (FileStatus.TryGet(directory, key, out var status, follow: false) && status.IsRegular)
            {
                items.Add(Create(key, status, keywords));
                if (!stable.Add(items[^1].StableKey))
                {
                    return null;
                }
            }
        }

        return items;
    }

    /// <summary>The item that a file is. <paramref name="key"/> starts with <c>cur/</c> or <c>new/</c>.</summary>
    public static SourceItem Create(string key, in FileStatus status, KeywordFile keywords)
    {
        var name = key.AsSpan(MessageName.Current.Length);
        var stable = MessageName.StablePart(name);
        var letters = stable.Length == name.Length ? [] : MessageName.Letters(name);
        long size = MessageName.StatedSize(stable);
        return new SourceItem
        {
            StableKey = stable.ToString(),
            Key = key,
            Flags = MessageName.Flags(letters),
            Tags = keywords.Names(MessageName.KeywordBits(letters)),
            Date = status.ModifiedDate,
            Size = size >= 0 ? size : status.Size,
        };
    }

    internal static (long Current, long New) Times(string directory) =>
        FileStatus.TryGet(directory, "cur", out var current)
            ? (current.Modified, FileStatus.TryGet(directory, "new", out var fresh) ? fresh.Modified : 0)
            : throw new PosixException(Errno.ENOENT, directory + "/cur");

    private static DirectoryReader? Open(string directory, string part)
    {
        var reader = DirectoryReader.TryOpen(directory, part.TrimEnd('/'));

        // A folder that goes while it is listed is not an empty folder; the next listing of folders shows what became of it.
        return reader is null && part == MessageName.Current ? throw new PosixException(Errno.ENOENT, directory + "/cur") : reader;
    }

    /// <summary>
    /// Names whose stable part was met before. Mostly that was the same message under its earlier name, which is not listed again. Two files at
    /// one time (copied by hand, merged from two servers) are two items, and the second is known by its full name.
    /// </summary>
    private static IEnumerable<string> GenuineDoubles(string directory, List<string> doubles)
    {
        var stable = doubles.Select(k => MessageName.StablePart(k.AsSpan(4)).ToString()).ToHashSet(StringComparer.Ordinal);
        var known = doubles.ToHashSet(StringComparer.Ordinal);
        var present = new List<(string Stable, string Key)>();
        foreach (string part in (string[])[MessageName.New, MessageName.Current])
        {
            using var reader = Open(directory, part);
            while (reader is not null && reader.Next())
            {
                string key = FileNames.FromNative(part, reader.Name);
                string name = MessageName.StablePart(key.AsSpan(4)).ToString();
                if (stable.Contains(name))
                {
                    present.Add((name, key));
                }
            }
        }

        return present.GroupBy(p => p.Stable, p => p.Key, StringComparer.Ordinal).SelectMany(group =>
        {
            var again = group.Where(known.Contains).Order(StringComparer.Ordinal).ToList();
            return again.Count == group.Count() ? again.Skip(1) : again;
        });
    }

    private static ReadOnlySpan<byte> StablePart(ReadOnlySpan<byte> name) =>
        name.LastIndexOf((byte)':') is var colon and > 0 ? name[..colon] : name;

    // Eight bytes a message instead of its name: a folder of a million messages is listed in bounded memory.
    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        ulong hash = 0x9E3779B97F4A7C15 ^ (ulong)text.Length;
        for (; text.Length >= 8; text = text[8..])
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), 0xA0761D6478BD642F);
        }

        ulong rest = 0;
        foreach (byte b in text)
        {
            rest = (rest << 8) | b;
        }

        return Mix(hash ^ rest, 0xE7037ED1A0B428DB);
    }

    private static ulong Mix(ulong a, ulong b) => Math.BigMul(a, b, out ulong low) ^ low;
}
