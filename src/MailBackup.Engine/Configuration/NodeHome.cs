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
                try
                {
                    // CreateNew: of two processes that start together one writes, both read the same.
                    using var file = PrivateFiles.OpenStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                    file.Write(System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("D") + "\n"));
                    file.Flush(flushToDisk: true);
                }
                catch (IOException) when (File.Exists(path))
                {
                }
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
