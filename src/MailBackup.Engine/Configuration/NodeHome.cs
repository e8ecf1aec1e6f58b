using System.Globalization;
using MailBackup.Storage;

namespace MailBackup.Configuration;

/// <summary>The node's own files, outside any backup path: above all the server id, which says whose backup paths are.</summary>
public static class NodeHome
{
    private const string ServerIdFile = "server_id";

    public static string Resolve(NodeOptions? options)
    {
        if (options?.Home is { Length: > 0 } home)
        {
            return Path.GetFullPath(home);
        }

        if (Environment.GetEnvironmentVariable("MAILBACKUP_HOME") is { Length: > 0 } variable)
        {
            return Path.GetFullPath(variable);
        }

        if (Environment.UserName == "root")
        {
            return "/var/lib/mailbackup";
        }

        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "mailbackup");
    }

    /// <summary>
    /// The file gets its name when it is whole and durable, so that nobody reads a part of it, now or after a crash; it takes nobody's place: of two processes
    /// that start together, both read what the first wrote.
    /// </summary>
    private static void WriteServerId(string path)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = PrivateFiles.OpenStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("D") + "\n"));
                file.Flush(flushToDisk: true);
            }

            if (DiskFiles.TryLink(temporary, path))
            {
                DiskFiles.Instance.SyncFolder(Path.GetDirectoryName(path)!);
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The server id of this node, made on first use. Errors: <c>HomeNotWritable</c>, <c>ConfigurationInvalid</c>.</summary>
    public static Guid GetServerId(NodeOptions? options)
    {
        string home = Resolve(options);
        string path = Path.Combine(home, ServerIdFile);
        try
        {
            if (!File.Exists(path))
            {
                PrivateFiles.CreateDirectory(home);
                WriteServerId(path);
            }

            string text = File.ReadAllText(path).Trim();
            return Guid.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : throw new MailBackupException(
                ErrorIds.ConfigurationInvalid,
                $"{path} holds no server id.",
                "Put back the file that was there (the server id is the name of the map_… file in your backup path), then try again.",
                path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MailBackupException(
                ErrorIds.HomeNotWritable,
                $"The node's own folder {home} cannot be used: {e.Message}",
                "Set MAILBACKUP_HOME to a folder that this user may write.",
                home,
                e);
        }
    }
}
