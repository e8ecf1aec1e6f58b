using System.Text;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>A real Dovecot, and a node that reaches it over IMAP alone.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class ImapFixture : IDisposable
{
    public const string Alice = "alice@example.com";
    public const string Bob = "bob@example.com";

    private readonly TempFolder _folder = new();

    /// <param name="settings">Further lines of the server's configuration.</param>
    public ImapFixture(string accounts = $"{Alice}, {Bob}", Func<SourceConfiguration, SourceConfiguration>? adjust = null, string settings = "")
    {
        File.WriteAllText(PasswordFile, DovecotServer.Password + "\n");
        File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Server = new DovecotServer(_folder["mail"], settings);
        var source = Source(accounts);
        Node = BackupNode.Initialize(
            _folder["backup"], new NodeConfiguration { Source = adjust?.Invoke(source) ?? source }, new NodeOptions { Home = _folder["home"] });
    }

    public DovecotServer Server { get; }

    public BackupNode Node { get; }

    public string PasswordFile => _folder["password"];

    public string MailTree => _folder["mail"];

    public string this[string name] => _folder[name];

    public SourceConfiguration Source(string accounts = $"{Alice}, {Bob}") => new()
    {
        Imap = $"imap://127.0.0.1:{Server.Port}",
        ImapTls = "none",
        ImapUser = DovecotServer.Master,
        ImapPasswordFile = PasswordFile,
        ImapAccounts = accounts,
    };

    /// <summary>After the server has begun again, on another port.</summary>
    public void Follow() => Node.UpdateConfiguration(c => c with { Source = c.Source with { Imap = $"imap://127.0.0.1:{Server.Port}" } });

    public async Task<Operation> RunAsync(OperationRequest request) => await Node.RunAsync(Node.Submit(request), null, default);

    public async Task<OperationReport> CompleteAsync(OperationRequest request)
    {
        var operation = await RunAsync(request);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.ErrorId} {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    /// <summary>Puts mails into a user's inbox, as many, from this number on.</summary>
    public void Append(string account, int first, int count, int size)
    {
        using var session = Server.Login(account);
        for (int n = first; n < first + count; n++)
        {
            session.Append("INBOX", "", Moment(n), Mail(n, size));
        }
    }

    /// <summary>A scan that finds nothing to do.</summary>
    public async Task UnchangedAsync()
    {
        var report = await CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L, 0L), (report.Added, report.Updated, report.Deleted, report.BytesRead));
    }

    public List<BackupItem> Items(ItemSelection selection = ItemSelection.Living) =>
        [.. Node.GetItems(new ItemQuery { Type = ItemType.Message, Selection = selection }).OrderBy(i => i.Subject, StringComparer.Ordinal).ThenBy(i => i.Id)];

    public List<string> View(params string[] users) => [.. users.SelectMany(u =>
    {
        using var session = Server.Login(u);
        return session.View().Select(m => u + " " + m);
    })];

    public static DateTimeOffset Moment(int n) => new DateTimeOffset(2026, 1, 1, 8, 30, 15, TimeSpan.Zero).AddHours(n);

    public static byte[] Mail(int n, int size = 0) =>
        Encoding.ASCII.GetBytes($"From: ann@example.com\r\nSubject: Mail {n:0000}\r\nMessage-ID: <{n}@example.com>\r\n\r\nBody {n}\r\n{string.Concat(Enumerable.Repeat("0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 abcdefghijklm\r\n", size / 64))}");

    /// <summary>Real mails where there are any, else made ones.</summary>
    public static List<byte[]> RealMails(int count)
    {
        if (RealMailFactAttribute.Mails is not { } folder)
        {
            return [.. Enumerable.Range(1, count).Select(n => Mail(n, n % 400 * 100))];
        }

        var files = Directory.GetFiles(folder, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        count = Math.Min(count, files.Count);
        return [.. Enumerable.Range(0, count).Select(i => File.ReadAllBytes(files[(int)((long)i * files.Count / count)])).Where(m => m.Length > 0)];
    }

    public void Dispose()
    {
        Node.Dispose();
        Server.Dispose();
        _folder.Dispose();
    }
}
