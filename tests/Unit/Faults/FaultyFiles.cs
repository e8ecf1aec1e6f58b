using System.Runtime.CompilerServices;
using MailBackup.Storage;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Tests.Faults;

/// <summary>
/// A real folder whose disk fails when it is told to: at the n-th change, by a crash, a full disk or an I/O error, with a part of a write done. Beside it
/// stands what is durable (<see cref="DurableTree"/>), which a power failure puts in the folder's place. Databases in <c>state/</c> are not in it.
/// </summary>
internal sealed class FaultyFiles : IStoreFiles
{
    private const int NoSpaceError = 28;
    private const int InputOutputError = 5;

    private readonly Lock _gate = new();
    private readonly string _root;
    private readonly Random _random;
    private readonly DurableTree _tree = new();
    private readonly ConditionalWeakTable<SafeFileHandle, DurableTree.Content> _open = [];
    private int _left;
    private bool _full;

    public FaultyFiles(string root, Random random)
    {
        (_root, _random) = (root, random);
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
        {
            _tree.SetName(Split(folder), new DurableTree.Folder());
        }

        foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Path.Combine(root, "state"), StringComparison.Ordinal)))
        {
            _tree.SetName(Split(file), new DurableTree.Content { Durable = File.ReadAllBytes(file) });
        }

        _tree.SyncAll();
    }

    /// <summary>The fault that is to come, or has come.</summary>
    public Fault Fault { get; private set; }

    /// <summary>True from a crash to <see cref="Restart"/>: nothing reaches the disk any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>True when the fault has come.</summary>
    public bool Struck { get; private set; }

    /// <summary>True when the names in <c>state/</c> were made durable since the fault was set.</summary>
    public bool IsStateSynced { get; private set; }

    /// <summary>Changes since the fault was set.</summary>
    public int Steps { get; private set; }

    /// <summary>The change at which it struck, for the words of a failure.</summary>
    public string Where { get; private set; } = "";

    /// <param name="at">At the n-th change from now, counted from 1.</param>
    public void Set(Fault fault, int at)
    {
        (Fault, _left, Steps, Struck, _full, Where) = (fault, fault == Fault.None ? 0 : at, 0, false, false, "");
        IsStateSynced = false;
    }

    /// <summary>The machine is up again.</summary>
    public void Restart()
    {
        if (IsDead && Fault == Fault.PowerFailure)
        {
            _tree.Fail(_random);
            PutBack();
        }

        IsDead = false;
        Set(Fault.None, 0);
    }

    public SafeFileHandle Open(string path, FileMode mode)
    {
        lock (_gate)
        {
            var node = _tree.Find(Split(path)) as DurableTree.Content;
            bool isNew = node is null && mode != FileMode.Open, cuts = node is not null && mode == FileMode.Create;
            var after = isNew || cuts ? Before("open", path) : null;
            var file = DiskFiles.Instance.Open(path, mode);
            if (isNew)
            {
                node = new DurableTree.Content();
                _tree.SetName(Split(path), node);
            }
            else if (cuts)
            {
                node!.Pending.Add(new DurableTree.Change(0, null));
            }

            if (node is not null)
            {
                _open.Add(file, node);
            }

            after?.Invoke();
            return file;
        }
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        lock (_gate)
        {
            int part = -1;
            try
            {
                Before("write", $"{offset}+{content.Length}")?.Invoke();
            }
            catch (Exception e) when (e is Crashed { } or IOException && Struck && !_wasDead)
            {
                part = _random.Next(3) switch { 0 => 0, 1 => content.Length, _ => _random.Next(content.Length + 1) };
                Put(file, content[..part], offset);
                throw;
            }

            Put(file, content, offset);
        }
    }

    public void SetLength(SafeFileHandle file, long length) => Do("truncate", $"{length}", () =>
    {
        DiskFiles.Instance.SetLength(file, length);
        NodeOf(file)?.Pending.Add(new DurableTree.Change(length, null));
    }, needsRoom: false);

    public void Sync(SafeFileHandle file) => Do("sync", "", () =>
    {
        if (NodeOf(file) is { } node)
        {
            DurableTree.Sync(node);
        }
    }, needsRoom: false, onError: () => NodeOf(file)?.Pending.Clear());

    /// <summary>One after another: a fault is to come at the same place in each run.</summary>
    public void SyncEach(IReadOnlyList<SafeFileHandle> files)
    {
        foreach (var file in files)
        {
            Sync(file);
        }
    }

    public bool TrySyncAll(SafeFileHandle file)
    {
        Do("sync all", "", () =>
        {
            _tree.SyncAll();
            IsStateSynced = true;
        }, needsRoom: false);
        return true;
    }

    public void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        CreateFolder(Path.GetDirectoryName(path)!);
        Do("mkdir", path, () =>
        {
            DiskFiles.Instance.CreateFolder(path);
            _tree.SetName(Split(path), new DurableTree.Folder());
        });
    }

    public void SyncFolder(string path) => Do("sync folder", path, () =>
    {
        _tree.Sync((DurableTree.Folder)_tree.Find(Split(path))!);
        IsStateSynced |= path == Path.Combine(_root, "state");
    }, needsRoom: false);

    public void Move(string from, string to) => Do("rename", to, () =>
    {
        DiskFiles.Instance.Move(from, to);
        _tree.Rename(Split(from), Split(to));
    });

    public void MoveFolder(string from, string to) => Do("rename", to, () =>
    {
        DiskFiles.Instance.MoveFolder(from, to);
        _tree.Rename(Split(from), Split(to));
    });

    public void Delete(string path) => Do("delete", path, () =>
    {
        DiskFiles.Instance.Delete(path);
        _tree.SetName(Split(path), null);
    }, needsRoom: false);

    public void DeleteFolder(string path)
    {
        foreach (string entry in Directory.GetFileSystemEntries(path))
        {
            if (Directory.Exists(entry))
            {
                DeleteFolder(entry);
            }
            else
            {
                Delete(entry);
            }
        }

        Do("rmdir", path, () =>
        {
            DiskFiles.Instance.DeleteFolder(path);
            _tree.SetName(Split(path), null);
        }, needsRoom: false);
    }

    private bool _wasDead;

    private void Put(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        if (content.Length > 0)
        {
            DiskFiles.Instance.Write(file, content, offset);
            NodeOf(file)?.Pending.Add(new DurableTree.Change(offset, content.ToArray()));
        }
    }

    private void Do(string what, string where, Action change, bool needsRoom = true, Action? onError = null)
    {
        lock (_gate)
        {
            Action? after;
            try
            {
                after = Before(what, where, needsRoom);
            }
            catch (IOException)
            {
                onError?.Invoke();
                throw;
            }

            change();
            after?.Invoke();
        }
    }

    /// <summary>Throws when the fault comes before the change; gives what to do behind it when it comes there.</summary>
    private Action? Before(string what, string where, bool needsRoom = true)
    {
        _wasDead = IsDead;
        if (IsDead)
        {
            throw new Crashed();
        }

        Steps++;
        if (_full && needsRoom)
        {
            throw new IOException("No space left on device", NoSpaceError);
        }

        if (_left == 0 || --_left > 0)
        {
            return null;
        }

        switch (Fault)
        {
            case Fault.NoSpace when !needsRoom:
                _left = 1;
                return null;
            case Fault.NoSpace:
                (Struck, Where, _full) = (true, $"{what} {where}", true);
                throw new IOException("No space left on device", NoSpaceError);
            case Fault.InputOutput:
                (Struck, Where) = (true, $"{what} {where}");
                throw new IOException("Input/output error", InputOutputError);
            default:
                (Struck, Where, IsDead) = (true, $"{what} {where}", true);
                return what != "write" && _random.Next(2) == 0 ? () => throw new Crashed() : throw new Crashed();
        }
    }

    private DurableTree.Content? NodeOf(SafeFileHandle file) => _open.TryGetValue(file, out var node) ? node : null;

    private void PutBack()
    {
        foreach (string entry in Directory.GetFileSystemEntries(_root).Where(e => Path.GetFileName(e) != "state"))
        {
            Remove(entry);
        }

        string state = Path.Combine(_root, "state");
        foreach (string entry in Directory.GetFileSystemEntries(state).Where(e => Directory.Exists(e) || e.EndsWith(".json", StringComparison.Ordinal) || e.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            Remove(entry);
        }

        _tree.Folders().ForEach(f => Directory.CreateDirectory(Path.Combine(_root, f)));
        _tree.Files().ForEach(f => File.WriteAllBytes(Path.Combine(_root, f.Path), f.Content));
    }

    private static void Remove(string entry)
    {
        if (Directory.Exists(entry))
        {
            Directory.Delete(entry, recursive: true);
        }
        else
        {
            File.Delete(entry);
        }
    }

    private string[] Split(string path) => Path.GetRelativePath(_root, path) is var relative && relative == "." ? [] : relative.Split('/');
}
