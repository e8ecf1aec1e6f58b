using System.Globalization;
using System.Text;
using MailBackup.Model;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// One exported file: <c>destination/account/name</c>. It appears whole or not at all, because damage shows only with the last byte read.
/// </summary>
internal sealed class ExportFile
{
    private const int MaxNameBytes = 255;
    private const int MaxExtensionBytes = 32;

    public ExportFile(string destination, string account, ItemId id, string name)
    {
        string safe = SafeName(name);

        // Documents bring names of their own, which repeat; all else is named by its id.
        string prefix = id.ToString();
        Path = System.IO.Path.Combine(
            destination, Shorten(SafeName(account)), Shorten(safe.StartsWith(prefix + ".", StringComparison.Ordinal) ? safe : $"{prefix}-{safe}"));
    }

    /// <summary>Content that belongs to no account in particular.</summary>
    public ExportFile(string destination, string name) => Path = System.IO.Path.Combine(destination, Shorten(SafeName(name)));

    public string Path { get; }

    /// <summary>Throws <c>OutputFileExists</c>, <c>OutputNotWritable</c>, and what <paramref name="write"/> throws.</summary>
    public void Write(Action<Stream> write, bool overwrite)
    {
        if (!overwrite && System.IO.Path.Exists(Path))
        {
            throw Exists();
        }

        // Not made of the file's own name, which may be as long as names can be.
        string part = System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(Path)!, string.Create(CultureInfo.InvariantCulture, $".mailbackup-{Environment.ProcessId}-{Guid.NewGuid():N}.part"));
        var file = Create(part);
        try
        {
            using (file)
            {
                using var output = new OutputStream(file, e => NotWritable(Path, e));
                write(output);
            }

            Publish(part, overwrite);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>Names were chosen by strangers: they may not lead out of the folder, hide the file or steer a terminal.</summary>
    internal static string SafeName(string name)
    {
        string safe = string.Concat(name.Select(c => c is '/' or '\\' || char.IsControl(c) ? '_' : c)).TrimStart('.', ' ', '-').TrimEnd();
        return safe.Length > 0 ? safe : "item";
    }

    /// <summary>A name that a file system takes (255 bytes of UTF-8), with its extension: document names may be longer with the id before them.</summary>
    internal static string Shorten(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxNameBytes)
        {
            return name;
        }

        string extension = System.IO.Path.GetExtension(name);
        if (Encoding.UTF8.GetByteCount(extension) > MaxExtensionBytes)
        {
            extension = "";
        }

        int room = MaxNameBytes - Encoding.UTF8.GetByteCount(extension);
        var stem = new StringBuilder();
        foreach (var rune in name.AsSpan(0, name.Length - extension.Length).EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            stem.Append(rune.ToString());
        }

        return stem.ToString().TrimEnd() + extension;
    }

    private static FileStream Create(string part)
    {
        // Mail is nobody else's business.
        // Without a buffer: what does not fit on the disk shows when it is written, not when the file is closed.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(part)!);
            return new FileStream(part, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(part, e);
        }
    }

    private void Publish(string part, bool overwrite)
    {
        try
        {
            File.Move(part, Path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(Path))
        {
            throw Exists();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(Path, e);
        }
    }

    private static MailBackupException NotWritable(string path, Exception e) => new(
        CmdletErrorIds.OutputNotWritable, $"{path} cannot be written: {e.Message}", "Give a -Destination where this user may write and the disk has room.", path, e);

    private MailBackupException Exists() =>
        new(CmdletErrorIds.OutputFileExists, $"{Path} exists and is not written over.", "Move it away, or give -Force or another -Destination.", Path);
}
