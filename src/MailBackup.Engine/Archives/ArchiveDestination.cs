using System.Globalization;

namespace MailBackup.Archives;

/// <summary>
/// Where an archive goes: <c>destination/alice@example.com</c> (a Maildir), <c>….mbox</c> or <c>….zip</c>. It is made beside under another name and bears
/// its own only when it is whole.
/// </summary>
internal sealed class ArchiveDestination
{
    private const string PartSuffix = ".mailbackup-part";

    /// <summary>Behind <see cref="PartSuffix"/>: the earlier archive, for the moment in which the new one takes its place.</summary>
    private const string OldSuffix = ".old";

    private readonly bool _force;

    /// <summary>Throws <c>ArchiveExists</c>, <c>ArchiveNotWritable</c>.</summary>
    /// <param name="folder">The folder that the archive goes into; made where it is missing.</param>
    /// <param name="force">Replace an earlier archive.</param>
    public ArchiveDestination(string folder, string account, ArchiveFormat format, bool force)
    {
        _force = force;
        Path = PathOf(folder, account, format);
        string name = System.IO.Path.GetFileName(Path);
        Part = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{Environment.ProcessId}{PartSuffix}"));
        try
        {
            // Before anything is judged: whoever was killed between its two moves has left the name free and the earlier archive beside.
            TakeBack(folder, name);
            CheckFree();
            Directory.CreateDirectory(folder);
            LeftOvers(folder, name, PartSuffix).Concat(LeftOvers(folder, name, PartSuffix + OldSuffix)).ToList().ForEach(Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.NotWritable(folder, e);
        }
    }

    public string Path { get; }

    /// <summary>Where it is made. Nothing is there at first.</summary>
    public string Part { get; }

    public static string PathOf(string folder, string account, ArchiveFormat format) =>
        System.IO.Path.Combine(folder, ArchiveNames.Escape(account) + (format == ArchiveFormat.Maildir ? "" : "." + ArchiveFormatText.ToText(format)));

    /// <summary>Gives the finished archive its name.</summary>
    public void Publish()
    {
        CheckFree();
        string? old = null;
        try
        {
            if (System.IO.Path.Exists(Path))
            {
                old = Part + OldSuffix;
                Move(Path, old);
            }

            Move(Part, Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (old is not null && !System.IO.Path.Exists(Path))
            {
                Move(old, Path);
            }

            throw ArchiveErrors.NotWritable(Path, e);
        }

        if (old is not null)
        {
            Delete(old);
        }
    }

    /// <summary>Takes back what was begun.</summary>
    public void Abandon() => Delete(Part);

    /// <summary>Only an empty folder or, when told so, an archive of ours may be in the place.</summary>
    private void CheckFree()
    {
        bool folder = Directory.Exists(Path);
        if (folder ? !Directory.EnumerateFileSystemEntries(Path).Any() : !File.Exists(Path))
        {
            return;
        }

        bool ours = folder ? File.Exists(System.IO.Path.Combine(Path, ArchiveMetadata.FileName)) : IsZip(Path);
        if (!_force || !ours)
        {
            throw _force ? ArchiveErrors.NoArchive(Path) : ArchiveErrors.Exists(Path);
        }
    }

    private static bool IsZip(string path)
    {
        Span<byte> head = stackalloc byte[2];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, 2, throwOnEndOfStream: false) == 2 && head.SequenceEqual("PK"u8);
    }

    private void TakeBack(string folder, string name)
    {
        if (Directory.Exists(folder) && !System.IO.Path.Exists(Path)
            && LeftOvers(folder, name, PartSuffix + OldSuffix).MaxBy(File.GetLastWriteTimeUtc) is { } old)
        {
            Move(old, Path);
        }
    }

    private static IEnumerable<string> LeftOvers(string folder, string name, string suffix) =>
        Directory.EnumerateFileSystemEntries(folder, $"{name}.*{suffix}").Where(e => IsLeftOver(e, suffix));

    /// <summary>Of a process that is no more; another may be at work on the same account of another backup.</summary>
    private static bool IsLeftOver(string part, string suffix)
    {
        string stem = part[..^suffix.Length];
        return !int.TryParse(stem.AsSpan(stem.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            || process == Environment.ProcessId || !Directory.Exists($"/proc/{process}");
    }

    private static void Move(string from, string to)
    {
        if (Directory.Exists(from))
        {
            if (Directory.Exists(to))
            {
                Directory.Delete(to);
            }

            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to);
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
