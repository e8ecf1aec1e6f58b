using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace MailBackup.Tests.Sources.Maildir;

/// <summary>A file system of one megabyte, where the machine lets us mount one.</summary>
internal sealed class TinyFileSystem : IDisposable
{
    private TinyFileSystem(string path) => Path = path;

    public string Path { get; }

    public static bool TryMount([NotNullWhen(true)] out TinyFileSystem? mount)
    {
        mount = null;
        string path = Directory.CreateTempSubdirectory("maildir-tiny-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path) != 0)
        {
            Directory.Delete(path);
            return false;
        }

        mount = new TinyFileSystem(path);
        return true;
    }

    public void Dispose()
    {
        _ = Run("umount", Path);
        Directory.Delete(Path);
    }

    private static int Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
