namespace MailBackup.Sources;

/// <summary>A folder to restore into. <paramref name="Key"/> is the server's own name for it when the backup knows one.</summary>
public sealed record RestoreFolder(string Path, FolderKind Kind, string? Key, IReadOnlyDictionary<string, string>? Attributes)
{
    /// <summary>Without what it mounts of other accounts, which must be there first.</summary>
    public RestoreFolder WithoutMountpoints() => Attributes?.ContainsKey(SourceFolder.Mountpoints) != true ? this : this with
    {
        Attributes = Attributes.Where(a => a.Key != SourceFolder.Mountpoints).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal),
    };
}
