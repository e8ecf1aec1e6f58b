using System.Globalization;
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
            return JsonFile.Read(File.ReadAllBytes(PathOf(layout)), root => root.EnumerateObject().ToDictionary(
                p => int.Parse(p.Name, NumberStyles.HexNumber, CultureInfo.InvariantCulture), p => p.Value.GetDateTimeOffset()));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or FormatException or OverflowException)
        {
            return [];
        }
    }

    public static void Write(BackupLayout layout, Dictionary<int, DateTimeOffset> bundles) =>
        AtomicFile.Write(layout.Files, PathOf(layout), ToJson(bundles), sync: false);

    private static byte[] ToJson(Dictionary<int, DateTimeOffset> bundles) => JsonFile.Write(json =>
    {
        foreach (var (bundle, since) in bundles.OrderBy(b => b.Key))
        {
            json.WriteString(bundle.ToString("x8", CultureInfo.InvariantCulture), since.UtcDateTime);
        }
    });

    private static string PathOf(BackupLayout layout) => Path.Combine(layout.State, "obsolete.json");
}
