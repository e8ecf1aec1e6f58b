using System.Globalization;
using MailBackup.Model;

namespace MailBackup.Cmdlets.Running;

/// <summary>
/// One exported file: <c>destination/account/name</c>. It appears whole or not at all, because damage shows only with the last byte read.
/// </summary>
internal sealed class ExportFile
{
    public ExportFile(string destination, string account, ItemId id, string name)
    {
        string safe = SafeName(name);

        // Documents bring names of their own, which repeat; all else is named by its id.
        string prefix = id.ToString();
        Path = System.IO.Path.Combine(
            destination, SafeName(account), safe.StartsWith(prefix + ".", StringComparison.Ordinal) ? safe : $"{prefix}-{safe}");
    }

    /// <summary>Content that belongs to no account in particular.</summary>
    public ExportFile(string destination, string name) => Path = System.IO.Path.Combine(destination, SafeName(name));

    public string Path { get; }

    /// <summary>Throws <c>OutputFileExists</c>, <c>OutputNotWritable</c>, and what <paramref name="write"/> throws.</summary>
    public void Write(Action<Stream> write, bool overwrite)
    {
        if (!overwrite && System.IO.Path.Exists(Path))
        {
            throw Exists();
        }

        string part = string.Create(CultureInfo.InvariantCulture, $"{Path}.{Environment.ProcessId}.part");
        var file = Create(part);
        try
        {
            using (file)
            {
                write(file);
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

    private static FileStream Create(string part)
    {
        // Mail is nobody else's business.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
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
            throw new MailBackupException(
                CmdletErrorIds.OutputNotWritable, $"{part} cannot be written: {e.Message}", "Give a -Destination where this user may write.", part, e);
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
    }

    private MailBackupException Exists() =>
        new(CmdletErrorIds.OutputFileExists, $"{Path} exists and is not written over.", "Move it away, or give -Force or another -Destination.", Path);
}
