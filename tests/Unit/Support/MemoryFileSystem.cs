using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MailBackup.Tests.Support;

/// <summary>A file system in memory, of a size that can be changed.</summary>
public sealed class MemoryFileSystem : IDisposable
{
    private MemoryFileSystem(string path) => Path = path;

    public string Path { get; }

    public static bool TryMount(int mebibytes, [NotNullWhen(true)] out MemoryFileSystem? mount)
    {
        string path = Directory.CreateTempSubdirectory("mailbackup-tmpfs-").FullName;
        mount = Run("mount", "-t", "tmpfs", "-o", Size(mebibytes), "tmpfs", path) == 0 ? new MemoryFileSystem(path) : null;
        if (mount is null)
        {
            Directory.Delete(path);
        }

        return mount is not null;
    }

    public void Resize(int mebibytes) => Assert.Equal(0, Run("mount", "-o", "remount," + Size(mebibytes), Path));

    public void SetReadOnly(bool readOnly) => Assert.Equal(0, Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path));

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string Size(int mebibytes) => string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m");

    private static int Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
