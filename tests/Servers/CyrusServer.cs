using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>
/// A real Cyrus on the loopback address, with two users and an administrator. Its package cannot be installed beside Dovecot's: install <c>cyrus-common</c> and
/// <c>sasl2-bin</c>, unpack <c>cyrus-imapd</c> somewhere, and name that folder in <c>MAILBACKUP_TEST_CYRUS</c>. Needs root.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class CyrusServer : IDisposable
{
    public const string Password = "wonderland";
    public const string Administrator = "backup";

    private const string MasterProgram = "/usr/lib/cyrus/bin/master";

    private static int s_port = 30700 + (Environment.ProcessId % 400);

    private readonly TempFolder _folder = new();
    private readonly Process _process;

    public CyrusServer()
    {
        foreach (string folder in new[] { "conf", "run/proc", "run/lock", "spool" })
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        string template = Path.Combine(Repository.Root, "tests", "Servers", "cyrus-imapd.conf");
        File.WriteAllText(_folder["imapd.conf"], File.ReadAllText(template).Replace("@DIR@", _folder.Path, StringComparison.Ordinal));
        Port = Interlocked.Increment(ref s_port);
        File.WriteAllText(_folder["cyrus.conf"], string.Create(CultureInfo.InvariantCulture, $$"""
            START {
              recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {{_folder["imapd.conf"]}} -r"
            }
            SERVICES {
              imap cmd="{{Program}} -C {{_folder["imapd.conf"]}} -U 30" listen="127.0.0.1:{{Port}}" prefork=0 maxchild=50
            }
            EVENTS {
            }

            """));
        foreach (string user in new[] { Administrator, "alice", "bob" })
        {
            Run("saslpasswd2", Password + "\n", "-f", _folder["sasldb2"], "-p", "-c", "-u", "localhost", user);
        }

        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        Run("chown", "", "-R", "cyrus:mail", _folder.Path);
        _process = Process.Start(new ProcessStartInfo(
            "setpriv",
            ["--reuid=cyrus", "--regid=mail", "--clear-groups", MasterProgram, "-C", _folder["imapd.conf"], "-M", _folder["cyrus.conf"], "-p", _folder["run/master.pid"], "-D"])
        {
            RedirectStandardError = true,
        })!;
        WaitUntilItAnswers();
    }

    /// <summary>The server's program; null where there is none, or we may not start it.</summary>
    public static string? Program { get; } = new[] { Environment.GetEnvironmentVariable("MAILBACKUP_TEST_CYRUS"), "/" }
        .Where(f => f is { Length: > 0 }).Select(f => Path.Combine(f!, "usr/lib/cyrus/bin/imapd"))
        .FirstOrDefault(p => File.Exists(p) && File.Exists(MasterProgram) && Environment.IsPrivilegedProcess);

    public int Port { get; }

    public ImapSession Login(string user) => new(Port, user, Password);

    /// <summary>A backup of the account <c>alice</c>, as the administrator acts for her.</summary>
    public BackupNode NewNode(TempFolder folder)
    {
        File.WriteAllText(folder["password"], Password + "\n");
        File.SetUnixFileMode(folder["password"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var source = new SourceConfiguration
        {
            Imap = $"imap://127.0.0.1:{Port}",
            ImapTls = "none",
            ImapUser = Administrator,
            ImapPasswordFile = folder["password"],
            ImapAccounts = "alice",
        };
        return BackupNode.Initialize(folder["backup"], new NodeConfiguration { Source = source }, new NodeOptions { Home = folder["home"] });
    }

    public static async Task<OperationReport> CompleteAsync(BackupNode node, OperationRequest request)
    {
        var operation = await node.RunAsync(node.Submit(request), null, default);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.ErrorId} {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    public void Dispose()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static void Run(string program, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void WaitUntilItAnswers()
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                using var reader = new StreamReader(client.GetStream());
                if (reader.ReadLine()?.StartsWith("* OK", StringComparison.Ordinal) == true)
                {
                    return;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Not yet.
            }

            Thread.Sleep(100);
        }

        Assert.Fail("Cyrus does not start.");
    }
}

/// <summary>A test against a real Cyrus. Skipped, and said so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CyrusFactAttribute : FactAttribute
{
    public CyrusFactAttribute()
    {
        if (CyrusServer.Program is null)
        {
            Skip = "Needs Cyrus and root (.ci/run sees to both): apt-get install cyrus-common sasl2-bin, apt-get download cyrus-imapd, dpkg -x it into a folder and name that in MAILBACKUP_TEST_CYRUS.";
        }
    }
}
