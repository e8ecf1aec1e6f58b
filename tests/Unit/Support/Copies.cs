using System.Diagnostics;

namespace MailBackup.Tests.Support;

/// <summary>Copies of whole folders, as an administrator makes them.</summary>
internal static class Copies
{
    /// <summary><c>cp -a</c>: with times and links. <paramref name="to"/> must not exist yet.</summary>
    public static void CopyFolder(string from, string to)
    {
        using var process = Process.Start("cp", ["-a", from, to]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Puts the old files back into the folder by writing into the files that are there, so that they stay the same files.</summary>
    public static void WriteBack(string from, string to)
    {
        foreach (string file in Directory.GetFiles(to).Where(f => !File.Exists(Path.Combine(from, Path.GetFileName(f)))))
        {
            File.Delete(file);
        }

        foreach (string file in Directory.GetFiles(from))
        {
            WriteBackFile(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    /// <inheritdoc cref="WriteBack"/>
    public static void WriteBackFile(string from, string to)
    {
        using var target = new FileStream(to, FileMode.OpenOrCreate, FileAccess.Write);
        target.SetLength(0);
        target.Write(File.ReadAllBytes(from));
    }

    /// <summary>Relative path and content of every file that passes.</summary>
    public static SortedDictionary<string, string> Snapshot(string folder, Func<string, bool>? wanted = null)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, file);
            if (wanted is null || wanted(name))
            {
                files[name] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
            }
        }

        return files;
    }
}
