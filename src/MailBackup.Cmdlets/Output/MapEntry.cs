using MailBackup.Storage;

namespace MailBackup.Cmdlets.Output;

/// <summary>What a map file says: which server a backup path belongs to.</summary>
/// <param name="ServerId">The server's id.</param>
/// <param name="Host">The machine that made the path; empty when the file does not say.</param>
/// <param name="Created">When.</param>
/// <param name="Path">The map file.</param>
/// <param name="Imported">When that server's backup was last restored into this path; null for the owner.</param>
/// <param name="ImportedFrom">The path that it was restored from.</param>
public sealed record MapEntry(Guid ServerId, string Host, DateTimeOffset? Created, string Path, DateTimeOffset? Imported = null, string? ImportedFrom = null)
{
    /// <summary>The servers that the path was taken over from, oldest first.</summary>
    public IReadOnlyList<PreviousOwner> Previous { get; init; } = [];

    private const string Prefix = "map_";

    /// <summary><c>Owner</c> of the backup path, or <c>Imported</c>: restored into it.</summary>
    public string Role => Imported is null ? "Owner" : "Imported";

    /// <summary>Throws <c>MapNotFound</c>, <c>MapInvalid</c>.</summary>
    internal static MapEntry Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new MailBackupException(CmdletErrorIds.MapNotFound, $"There is no file {path}.", "Give a map_… file of a backup path.", path);
        }

        if (BackupMap.Read(path) is { } map)
        {
            return new MapEntry(map.ServerId, map.Host, map.Created, path, map.Imported, map.ImportedFrom) { Previous = map.Previous };
        }

        // The name says it too, for a file that was cut off.
        string name = System.IO.Path.GetFileName(path);
        return name.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(name.AsSpan(Prefix.Length), "D", out Guid server)
            ? new MapEntry(server, "", null, path)
            : throw new MailBackupException(CmdletErrorIds.MapInvalid, $"{path} is not the map of a backup path.", "Give a map_… file.", path);
    }
}
