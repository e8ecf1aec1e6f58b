using System.Text;

namespace MailBackup.Tests.Cli;

/// <summary>A tiny Maildir tree, an empty place for a backup and a home, all in one temporary folder.</summary>
internal sealed class MailTree : IDisposable
{
    public const string Alice = "alice@example.org";

    public const string Bob = "bob@example.org";

    public MailTree()
    {
        Root = Directory.CreateTempSubdirectory("mailbackup-test-").FullName;
        Environment = new()
        {
            ["MAILBACKUP_HOME"] = Path.Combine(Root, "home"),
            ["MAILBACKUP_PATH"] = Backup,
        };
        Add(Alice, "1700000001.M1P1.mx:2,S", "First");
        Add(Alice, "1700000002.M1P1.mx:2,", "Second \u001b[31m");
        Add(Bob, "1700000003.M1P1.mx:2,F", "Third");
    }

    public string Root { get; }

    public string Vmail => Path.Combine(Root, "vmail");

    public string Backup => Path.Combine(Root, "backup");

    public Dictionary<string, string> Environment { get; }

    public Task<CliRun> RunAsync(params string[] args) => CliRun.StartAsync(Environment, args);

    public string Folder(string account)
    {
        string[] parts = account.Split('@');
        return Path.Combine(Vmail, parts[1], parts[0], "Maildir");
    }

    public string Message(string account, string name) => Path.Combine(Folder(account), "cur", name);

    public static byte[] Content(string subject) =>
        Encoding.UTF8.GetBytes($"From: Somebody <somebody@example.net>\r\nSubject: {subject}\r\nDate: Sun, 1 Mar 2026 14:30:00 +0100\r\n\r\nHello.\r\n");

    public void Add(string account, string name, string subject)
    {
        foreach (string part in (string[])["cur", "new", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(Folder(account), part));
        }

        File.WriteAllBytes(Message(account, name), Content(subject));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
