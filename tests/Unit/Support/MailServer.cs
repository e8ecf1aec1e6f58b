using System.Text;

namespace MailBackup.Tests.Support;

/// <summary>A Maildir tree that a test can change as a mail server would.</summary>
public sealed class MailServer
{
    private int _count;

    public MailServer(string root)
    {
        Root = root;
        Directory.CreateDirectory(root);
    }

    public string Root { get; }

    /// <summary>Folders are made older than the scanner's two seconds of doubt, so that their tokens are trusted.</summary>
    public string Folder(string account, string folder = "")
    {
        var (user, domain) = (account.Split('@')[0], account.Split('@')[1]);
        string path = Path.Combine(Root, domain, user, "Maildir", folder);
        foreach (string part in (string[])["cur", "new", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(path, part));
        }

        return path;
    }

    /// <summary>
    /// Delivers a mail and gives its path: written whole under tmp/ and then renamed, as every mail server does it, because a
    /// service that watches the tree would else take a half-written file for a state of the mail.
    /// </summary>
    public string Deliver(string account, string folder = "", string flags = "S", string? subject = null, string? body = null, byte[]? content = null)
    {
        int n = ++_count;
        content ??= Encoding.UTF8.GetBytes(
            $"Received: for <{account}>; {n}\r\nFrom: Ann <ann@example.com>\r\nSubject: {subject ?? $"Mail {n}"}\r\n\r\n{body ?? $"Body {n}\r\n"}");
        string directory = Folder(account, folder);
        string name = $"17000{n:d5}.M{n}P1.mx,S={content.Length}";
        string written = Path.Combine(directory, "tmp", name);
        File.WriteAllBytes(written, content);
        File.SetLastWriteTimeUtc(written, DateTime.UnixEpoch.AddSeconds(1_700_000_000 + n));
        string path = Path.Combine(directory, "cur", $"{name}:2,{flags}");
        File.Move(written, path);
        return path;
    }

    /// <summary>Lets all folders look as if they had last been changed a while ago.</summary>
    public void Settle()
    {
        foreach (string folder in Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories))
        {
            Directory.SetLastWriteTimeUtc(folder, Directory.GetLastWriteTimeUtc(folder).AddSeconds(-10));
        }
    }

    /// <summary>Relative path, bytes and modification time of every file.</summary>
    public SortedDictionary<string, (string Content, DateTime Modified)> Snapshot()
    {
        var files = new SortedDictionary<string, (string Content, DateTime Modified)>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(Root, file)] = (Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))), File.GetLastWriteTimeUtc(file));
        }

        return files;
    }
}
