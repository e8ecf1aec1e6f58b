using System.Globalization;
using MailBackup.Cli.Output;

namespace MailBackup.Cli.Running;

/// <summary>A file that appears whole or not at all: it is written under another name and gets its own when everything is in it.</summary>
internal sealed class ExportFile
{
    private ExportFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>
    /// The file meant by <paramref name="argument"/>: itself, or in it when it is a folder (exists as one, or ends with a slash).
    /// Throws <c>OutputFileExists</c>, <c>OutputNotWritable</c>.
    /// </summary>
    public static ExportFile Choose(string argument, Func<string> suggestName)
    {
        if (argument.Length == 0)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "--out is empty.", "Give a file, a folder or -.");
        }

        string path = System.IO.Path.GetFullPath(argument);
        if (System.IO.Path.EndsInDirectorySeparator(argument) || Directory.Exists(path))
        {
            path = System.IO.Path.Combine(path, SafeName(suggestName()));
        }

        string folder = System.IO.Path.GetDirectoryName(path) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw new MailBackupException(
                CliErrorIds.OutputNotWritable, $"The folder {folder} does not exist.", "Make it first, or give another --out.", folder);
        }

        return File.Exists(path) || Directory.Exists(path) ? throw Exists(path) : new ExportFile(path);
    }

    /// <returns>How many bytes were written.</returns>
    public long Write(Action<Stream> write)
    {
        string folder = System.IO.Path.GetDirectoryName(Path) ?? "/";
        string name = string.Create(CultureInfo.InvariantCulture, $".mailbackup-{Environment.ProcessId}-{Guid.NewGuid():N}.part");
        string part = System.IO.Path.Combine(folder, name);
        var file = Create(part);
        try
        {
            long length;
            using (file)
            {
                write(file);
                file.Flush();
                length = file.Length;
            }

            Publish(part);
            return length;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private void Publish(string part)
    {
        try
        {
            File.Move(part, Path, overwrite: false);
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Somebody made it while we wrote.
            throw Exists(Path);
        }
    }

    private static FileStream Create(string part)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(part, options);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            string folder = System.IO.Path.GetDirectoryName(part)!;
            throw new MailBackupException(
                CliErrorIds.OutputNotWritable, $"No file can be made in {folder}: {e.Message}", "Give an --out where this user may write.", folder, e);
        }
    }

    /// <summary>A document's name was chosen by a stranger: it may not lead out of the folder, hide the file or steer a terminal.</summary>
    internal static string SafeName(string name)
    {
        name = TextCleaner.Clean(name).Replace('/', '_').Replace('\\', '_').TrimStart('.', ' ', '-').TrimEnd();
        return name.Length > 0 ? name : "item";
    }

    private static MailBackupException Exists(string path) =>
        new(CliErrorIds.OutputFileExists, $"{path} exists and is not written over.", "Move it away or give another --out.", path);
}
