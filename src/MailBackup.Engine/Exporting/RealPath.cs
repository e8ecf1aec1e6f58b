namespace MailBackup.Exporting;

/// <summary>Where a path leads when all symbolic links on it are followed.</summary>
internal static class RealPath
{
    /// <summary>Parts that do not exist stay as they are.</summary>
    public static string Of(string path)
    {
        string real = "/";
        foreach (string part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = new DirectoryInfo(next) is { LinkTarget: not null } link ? Of(link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next) : next;
        }

        return real;
    }

    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);
}
