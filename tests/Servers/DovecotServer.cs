using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>
/// A real Dovecot over a mail tree <c>{domain}/{user}/Maildir</c>, on the loopback address. Started as root its mail belongs to another user, as on
/// a server; started by anybody else it is that user's. Stopped by the id of its own process.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class DovecotServer : IDisposable
{
    public const string Password = "wonderland";

    /// <summary>Below the range that the system gives to outgoing connections.</summary>
    private static int s_port = 31200 + (Environment.ProcessId % 400);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();
    private readonly string _mail, _settings;
    private Process? _process;

    /// <param name="settings">Further lines of its configuration.</param>
    public DovecotServer(string mailTree, string settings = "")
    {
        _mail = mailTree;
        _settings = settings;
        Directory.CreateDirectory(mailTree);
        Start();
    }

    public static string? Program { get; } = new[] { "/usr/sbin/dovecot", "/usr/local/sbin/dovecot" }.FirstOrDefault(File.Exists);

    public int Port { get; private set; }

    /// <summary>The port with TLS from the first byte.</summary>
    public int TlsPort => Port + 500;

    /// <summary>What one account may hold; counts from the next <see cref="Start"/> on.</summary>
    public string Quota { get; set; } = "1G";

    /// <summary>Access lists and a namespace for the folders of others, <c>shared/ADDRESS/…</c>; counts from the next <see cref="Start"/> on.</summary>
    public bool Sharing { get; set; }

    /// <summary>Where the server asks whether an access token is good; counts from the next <see cref="Start"/> on.</summary>
    public Uri? Introspection { get; set; }

    /// <summary>Where mails are delivered by LMTP (RFC 2033), when that part is installed.</summary>
    public int LmtpPort => Port + 1000;

    public static bool HasLmtp { get; } = File.Exists("/usr/lib/dovecot/lmtp");

    /// <summary>Who may act for every account, with <see cref="Password"/>.</summary>
    public const string Master = "backup";

    /// <summary>The server's certificate, which nobody else has signed, for <c>localhost</c>.</summary>
    public string CertificateFile => _folder["server.pem"];

    public string Fingerprint { get; private set; } = "";

    /// <summary>Delivers a mail as the transfer agent's local delivery does.</summary>
    public void Deliver(string user, byte[] content)
    {
        using var lda = Process.Start(new ProcessStartInfo("/usr/lib/dovecot/dovecot-lda", ["-c", _folder["dovecot.conf"], "-d", user]) { RedirectStandardInput = true })!;
        lda.StandardInput.BaseStream.Write(content);
        lda.StandardInput.Close();
        lda.WaitForExit();
        Assert.Equal(0, lda.ExitCode);
    }

    public ImapSession Login(string user) => new(Port, user, Password);

    /// <summary>Runs the server on the tree as it is now.</summary>
    public void Start()
    {
        for (int attempt = 0; ; attempt++)
        {
            Port = Interlocked.Increment(ref s_port);
            WriteConfiguration();
            TakeOwnership();
            _process = Process.Start(new ProcessStartInfo(Program!, ["-F", "-c", _folder["dovecot.conf"]]) { RedirectStandardError = true })!;
            if (Answers())
            {
                return;
            }

            Stop();
            Assert.True(attempt < 5, "Dovecot does not start: " + (File.Exists(_folder["dovecot.log"]) ? File.ReadAllText(_folder["dovecot.log"]) : "no log"));
        }
    }

    public void Stop()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                kill.WaitForExit();
            }

            if (!_process.WaitForExit(Patience))
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends it as a power failure does, all its processes at once.</summary>
    public void Kill()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    private string Greeting => Path.GetFileName(_folder.Path);

    public string Log() => File.ReadAllText(_folder["dovecot.log"]);

    /// <summary>Files that the test has laid into the tree become the mail user's, as if the server had written them.</summary>
    public void TakeOwnership()
    {
        if (Environment.IsPrivilegedProcess)
        {
            var (uid, gid) = Owner();
            using var chown = Process.Start("chown", ["-R", $"{uid}:{gid}", _mail]);
            chown.WaitForExit();
            Assert.Equal(0, chown.ExitCode);
        }
    }

    public void Dispose()
    {
        Stop();
        _folder.Dispose();
    }

    private static (string Uid, string Gid) Owner() => Environment.IsPrivilegedProcess ? ("5000", "5000") : (Ask("-u"), Ask("-g"));

    private static string Ask(string what, string program = "id")
    {
        using var process = Process.Start(new ProcessStartInfo(program, what) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    private void WriteConfiguration()
    {
        var (uid, gid) = Owner();
        string unprivileged = Environment.IsPrivilegedProcess ? "" : $$"""
            default_internal_user = {{Environment.UserName}}
            default_internal_group = {{Ask("-gn")}}
            default_login_user = {{Environment.UserName}}
            service imap-login {
              chroot =
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """;
        string text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Servers", "dovecot.conf"));
        foreach (var (name, value) in new[]
        {
            ("DIR", _folder.Path), ("GREETING", Greeting), ("MAIL", _mail), ("PORT", Port.ToString(CultureInfo.InvariantCulture)), ("TLSPORT", TlsPort.ToString(CultureInfo.InvariantCulture)),
            ("LMTPPORT", LmtpPort.ToString(CultureInfo.InvariantCulture)), ("PROTOCOLS", HasLmtp ? "imap lmtp" : "imap"), ("UID", uid), ("GID", gid),
            ("PASSWORD", Password), ("QUOTA", Quota),
            ("PLUGINS", Sharing ? "acl " : ""), ("IMAPPLUGINS", Sharing ? "imap_acl " : ""), ("SHARING", Sharing ? SharingBlock : ""), ("TOKENS", Introspection is null ? "" : TokensBlock), ("UNPRIVILEGED", unprivileged + "\n" + _settings),
        })
        {
            text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        }

        File.WriteAllText(_folder["dovecot.conf"], text);
        WriteSecrets();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        for (var parent = new DirectoryInfo(_mail).Parent; parent is not null && parent.FullName.StartsWith(Path.GetTempPath() + "mailbackup-test-", StringComparison.Ordinal); parent = parent.Parent)
        {
            File.SetUnixFileMode(parent.FullName, (UnixFileMode)0b111_101_101);
        }
    }

    private string SharingBlock => $$"""
        namespace shared {
          type = shared
          separator = /
          prefix = shared/%%u/
          location = maildir:{{_mail}}/%%d/%%n/Maildir
          subscriptions = no
          list = children
        }
        mail_attribute_dict = file:%h/dovecot-attributes
        protocol imap {
          imap_metadata = yes
        }
        plugin {
          acl = vfile
          acl_anyone = allow
          acl_shared_dict = file:{{_mail}}/shared-mailboxes.db
          acl_user = %u
        }
        service auth {
          unix_listener auth-userdb {
            mode = 0777
          }
        }
        """;

    private string TokensBlock => $$"""
        auth_mechanisms = plain login xoauth2 oauthbearer
        passdb {
          driver = oauth2
          mechanisms = xoauth2 oauthbearer
          args = {{_folder["oauth2.conf"]}}
        }
        """;

    private void WriteSecrets()
    {
        File.WriteAllText(_folder["oauth2.conf"], $"introspection_mode = auth\nintrospection_url = {Introspection}\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n");

        if (File.Exists(CertificateFile))
        {
            return;
        }

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(_folder["masters"], $"{Master}:{Password}\n");
        File.SetUnixFileMode(_folder["masters"], (UnixFileMode)0b110_100_100);
    }

    private bool Answers()
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience && !_process!.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                using var reader = new StreamReader(client.GetStream());
                return reader.ReadLine() is { } line && line.StartsWith("* OK", StringComparison.Ordinal) && line.EndsWith(Greeting, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Thread.Sleep(50);
            }
        }

        return false;
    }
}
