using System.Text.Json;

namespace MailBackup.Storage;

/// <summary><c>map_&lt;server id&gt;</c>: who owns a backup path, or, in its folder <c>imported/</c>, whose backup was restored into it.</summary>
public sealed record BackupMap
{
    public required Guid ServerId { get; init; }

    /// <summary>Name of the machine that made the path.</summary>
    public string Host { get; init; } = "";

    public DateTimeOffset Created { get; init; }

    /// <summary>When that server's backup was last restored into the path; null for the owner.</summary>
    public DateTimeOffset? Imported { get; init; }

    /// <summary>The path that it was restored from.</summary>
    public string? ImportedFrom { get; init; }

    /// <summary>The servers that it was taken over from, oldest first.</summary>
    public IReadOnlyList<PreviousOwner> Previous { get; init; } = [];

    /// <summary>Null when the file cannot be read: its name alone says whose the path is.</summary>
    public static BackupMap? Read(string path)
    {
        try
        {
            return BackupMapJson.Read(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
