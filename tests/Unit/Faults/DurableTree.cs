namespace MailBackup.Tests.Faults;

/// <summary>
/// What a disk would still have after a power failure, by the letter of POSIX: a file's content is durable after the sync of the file, its name after the sync
/// of the folder, and what was not synced may have become durable all the same, in any part and order. Renames are whole or not at all.
/// </summary>
internal sealed class DurableTree
{
    private const int Sector = 512;

    private readonly List<NameChange> _names = [];

    public Folder Root { get; private set; } = new();

    public abstract class Node;

    public sealed class Folder : Node
    {
        public Dictionary<string, Node> Now { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Node> Durable { get; set; } = new(StringComparer.Ordinal);
    }

    public sealed class Content : Node
    {
        public byte[] Durable { get; set; } = [];

        public List<Change> Pending { get; } = [];
    }

    /// <param name="Bytes">Null: the length becomes <paramref name="At"/>.</param>
    public sealed record Change(long At, byte[]? Bytes);

    private sealed record NameChange(params (Folder In, string Name, Node? Node)[] Parts);

    public Node? Find(string[] path)
    {
        Node? node = Root;
        foreach (string name in path)
        {
            node = node is Folder folder ? folder.Now.GetValueOrDefault(name) : null;
        }

        return node;
    }

    public Folder FolderOf(string[] path) => (Folder)Find(path[..^1])!;

    public void SetName(string[] path, Node? node) => Apply(new NameChange((FolderOf(path), path[^1], node)));

    public void Rename(string[] from, string[] to) =>
        Apply(new NameChange((FolderOf(from), from[^1], null), (FolderOf(to), to[^1], Find(from)!)));

    public static void Sync(Content file)
    {
        file.Durable = Play(file.Durable, file.Pending);
        file.Pending.Clear();
    }

    public void Sync(Folder folder)
    {
        // With what came before it in the other folder of a rename.
        var synced = new HashSet<Folder> { folder };
        var taken = new List<NameChange>();
        for (int i = _names.Count - 1; i >= 0; i--)
        {
            if (_names[i].Parts.Any(p => synced.Contains(p.In)))
            {
                synced.UnionWith(_names[i].Parts.Select(p => p.In));
                taken.Add(_names[i]);
                _names.RemoveAt(i);
            }
        }

        taken.Reverse();
        taken.ForEach(Keep);
    }

    public void SyncAll()
    {
        _names.ForEach(Keep);
        _names.Clear();
        Visit(Root, f => f.Now, (_, file) => Sync(file));
        Visit(Root, f => f.Durable, (_, file) => Sync(file));
    }

    /// <summary>The power fails: only what chance has left remains.</summary>
    public void Fail(Random random)
    {
        int style = random.Next(4);
        int kept = random.Next(_names.Count + 1);
        for (int i = 0; i < _names.Count; i++)
        {
            if (style switch { 0 => false, 1 => true, 2 => i < kept, _ => random.Next(2) == 0 })
            {
                Keep(_names[i]);
            }
        }

        _names.Clear();
        var files = new HashSet<Content>();
        Visit(Root, f => f.Durable, (_, file) => files.Add(file));
        foreach (var file in files)
        {
            file.Durable = Play(file.Durable, Survivors(file.Pending, random));
            file.Pending.Clear();
        }

        Forget(Root);
    }

    /// <summary>Path and content of every file.</summary>
    public List<(string Path, byte[] Content)> Files()
    {
        var files = new List<(string, byte[])>();
        Visit(Root, f => f.Durable, (path, file) => files.Add((path, file.Durable)));
        return files;
    }

    public List<string> Folders()
    {
        var folders = new List<string>();
        Visit(Root, f => f.Durable, (_, _) => { }, folders.Add);
        return folders;
    }

    private void Apply(NameChange change)
    {
        foreach (var (folder, name, node) in change.Parts)
        {
            Set(folder.Now, name, node);
        }

        _names.Add(change);
    }

    private static void Keep(NameChange change)
    {
        foreach (var (folder, name, node) in change.Parts)
        {
            Set(folder.Durable, name, node);
        }
    }

    private static void Set(Dictionary<string, Node> names, string name, Node? node)
    {
        if (node is null)
        {
            names.Remove(name);
        }
        else
        {
            names[name] = node;
        }
    }

    private static void Forget(Folder folder)
    {
        folder.Now.Clear();
        foreach (var (name, node) in folder.Durable)
        {
            folder.Now[name] = node;
            if (node is Folder inner)
            {
                Forget(inner);
            }
        }
    }

    private static void Visit(Folder folder, Func<Folder, Dictionary<string, Node>> names, Action<string, Content> file, Action<string>? onFolder = null, string path = "")
    {
        foreach (var (name, node) in names(folder))
        {
            string at = path.Length == 0 ? name : path + "/" + name;
            if (node is Folder inner)
            {
                onFolder?.Invoke(at);
                Visit(inner, names, file, onFolder, at);
            }
            else
            {
                file(at, (Content)node);
            }
        }
    }

    private static List<Change> Survivors(List<Change> pending, Random random)
    {
        int style = random.Next(6);
        if (style <= 1)
        {
            return style == 0 ? [] : pending;
        }

        int whole = random.Next(pending.Count + 1);
        var left = new List<Change>();
        for (int i = 0; i < pending.Count; i++)
        {
            var change = pending[i];
            if (style <= 3)
            {
                // In order, and the last of them torn.
                if (i < whole)
                {
                    left.Add(change);
                }
                else if (i == whole && change.Bytes is { } torn)
                {
                    left.Add(change with { Bytes = torn[..random.Next(torn.Length + 1)] });
                }
            }
            else if (change.Bytes is { } bytes)
            {
                // Sector by sector, in any order; what is missing before the end reads as zeros.
                for (long at = change.At; at < change.At + bytes.Length;)
                {
                    long next = Math.Min(((at / Sector) + 1) * Sector, change.At + bytes.Length);
                    if (random.Next(3) > 0)
                    {
                        left.Add(new Change(at, bytes[(int)(at - change.At)..(int)(next - change.At)]));
                    }

                    at = next;
                }
            }
            else if (random.Next(2) == 0)
            {
                left.Add(change);
            }
        }

        return left;
    }

    private static byte[] Play(byte[] content, List<Change> changes)
    {
        foreach (var (at, bytes) in changes)
        {
            long length = bytes is null ? at : Math.Max(content.Length, at + bytes.Length);
            if (length != content.Length)
            {
                Array.Resize(ref content, (int)length);
            }
            else if (bytes is not null)
            {
                content = [.. content];
            }

            bytes?.CopyTo(content, at);
        }

        return content;
    }
}
