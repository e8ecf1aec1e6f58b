using System.Runtime.InteropServices;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Maildir;

namespace MailBackup.Tests.Sources.Maildir;

/// <summary>A mail tree in a directory of its own, gone after the test.</summary>
public sealed partial class MaildirTree : IDisposable
{
    public const string Alice = "alice@example.org";

    public MaildirTree(bool inMemory = false)
    {
        string parent = inMemory && Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        Root = Directory.CreateDirectory(Path.Combine(parent, "maildir-test-" + Path.GetRandomFileName())).FullName;
    }

    public string Root { get; }

    public string AliceHome => Root + "/example.org/alice";

    public string AliceMail => AliceHome + "/Maildir";

    public static MaildirTree WithAlice(bool inMemory = false)
    {
        var tree = new MaildirTree(inMemory);
        MakeMailDirectory(tree.AliceMail);
        return tree;
    }

    public static void MakeMailDirectory(string path)
    {
        foreach (string name in (string[])["cur", "new", "tmp"])
        {
            Directory.CreateDirectory(path + "/" + name);
        }
    }

    /// <summary>Makes everything in the tree look as if it had not been touched for a while.</summary>
    public void Age(TimeSpan? by = null)
    {
        var old = DateTime.UtcNow - (by ?? TimeSpan.FromHours(1));
        foreach (string path in Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions
                 { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Append(Root))
        {
            if (Directory.Exists(path))
            {
                Directory.SetLastWriteTimeUtc(path, old);
            }
            else
            {
                File.SetLastWriteTimeUtc(path, old);
            }
        }
    }

    public MaildirSource Open(string? pattern = null, string? defaultDomain = null, TimeProvider? clock = null) =>
        new(new SourceConfiguration { Maildir = Root, Pattern = pattern, DefaultDomain = defaultDomain }, clock: clock);

    public string Write(string path, string content, DateTime? date = null) => Write(path, Encoding.UTF8.GetBytes(content), date);

    public string Write(string path, byte[] content, DateTime? date = null)
    {
        string full = Root + "/" + path;
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        if (date is { } d)
        {
            File.SetLastWriteTimeUtc(full, d);
        }

        return full;
    }

    public string Mail(string key, string content = "Subject: x\n\nbody\n", DateTime? date = null, string folder = "") =>
        Write($"example.org/alice/Maildir/{(folder.Length == 0 ? "" : folder + "/")}{key}", content, date);

    public static async Task<IReadOnlyList<SourceFolder>> Folders(MaildirSource source, string account = Alice) =>
        await source.ListFoldersAsync(account, default);

    public static async Task<SourceFolder> Folder(MaildirSource source, string path = "INBOX", string account = Alice) =>
        Assert.Single(await Folders(source, account), f => f.Path == path);

    public static async Task<List<SourceItem>> Items(MaildirSource source, string path = "INBOX", string account = Alice)
    {
        var items = new List<SourceItem>();
        await foreach (var item in source.ListItemsAsync(account, await Folder(source, path, account), default))
        {
            items.Add(item);
        }

        return items;
    }

    public static async Task<string?> Read(MaildirSource source, SourceItem item, string path = "INBOX", string account = Alice)
    {
        await using var content = await source.OpenAsync(account, await Folder(source, path, account), item, default);
        if (content is null)
        {
            return null;
        }

        using var reader = new StreamReader(content.Stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public static RestoreItem Restorable(string content, string key, MessageFlags flags = default, DateTimeOffset? date = null, params string[] tags) =>
        Restorable(Encoding.UTF8.GetBytes(content), key, flags, date, tags);

    public static RestoreItem Restorable(byte[] content, string key, MessageFlags flags = default, DateTimeOffset? date = null, params string[] tags) => new(
        new ItemState
        {
            Type = ItemType.Message, Key = key, Flags = flags, Tags = [.. tags.Order(StringComparer.Ordinal)], Size = content.Length,
            Date = date ?? new DateTimeOffset(2021, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(1234567), Digest = Digest.Of(content),
        },
        _ => new(new MemoryStream(content)));

    public static string[] Names(string directory) => [.. Directory.GetFileSystemEntries(directory).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    public static void MakeFifo(string path) => Assert.Equal(0, mkfifo(path, 0x1B6));

    public void Dispose()
    {
        // .NET cannot remove what it cannot name.
        using var removal = System.Diagnostics.Process.Start("rm", ["-rf", Root]);
        removal.WaitForExit();
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
