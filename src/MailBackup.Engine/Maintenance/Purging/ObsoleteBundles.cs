using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Purging;

/// <summary>
/// <c>state/obsolete.json</c>: since when bundles are no longer needed. Without it their grace period begins again.
/// </summary>
internal static class ObsoleteBundles
{
    public static Dictionary<int, DateTimeOffset> Read(BackupLayout layout)
    {
        try
        {
            return StorageJson.ReadObsoleteBundles(File.ReadAllBytes(PathOf(layout)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or FormatException or OverflowException)
        {
            return [];
        }
    }

    public static void Write(BackupLayout layout, Dictionary<int, DateTimeOffset> bundles) =>
        AtomicFile.Write(layout.Files, PathOf(layout), StorageJson.Write(bundles), sync: false);

    private static string PathOf(BackupLayout layout) => Path.Combine(layout.State, "obsolete.json");
}
