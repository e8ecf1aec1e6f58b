using System.Net.Sockets;
using System.Text;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>A server that says what a test wants: one function from a command (without its tag) to what is answered, <c>{tag}</c> standing for the tag.</summary>
internal sealed class ScriptedServer : IDisposable
{
    public const string Capability = "IMAP4rev1 SASL-IR AUTH=PLAIN ENABLE CONDSTORE QRESYNC";

    private readonly LoopbackListener _listener;

    public ScriptedServer(Func<string, string> answer)
    {
        Answer = answer;
        _listener = new LoopbackListener(ServeAsync);
    }

    public Func<string, string> Answer { get; set; }

    /// <summary>What a new connection hears first.</summary>
    public Func<string> Greeting { get; set; } = () => $"* OK [CAPABILITY {Capability}] ready";

    /// <summary>Bytes written at once.</summary>
    public int Piece { get; init; } = int.MaxValue;

    public int Port => _listener.Port;

    public System.Collections.Concurrent.ConcurrentQueue<string> Commands { get; } = new();

    public int Connections => _listener.Connections;

    /// <summary>Connections that are open.</summary>
    public int Open => _listener.Open;

    /// <summary>A source that reaches it as <c>admin</c> with the password <c>secret</c>, which lies in this folder.</summary>
    public SourceConfiguration Configuration(TempFolder folder, string accounts = "alice@example.com")
    {
        WritePassword(folder, "secret");
        return new SourceConfiguration
        {
            Imap = $"imap://127.0.0.1:{Port}", ImapTls = "none", ImapUser = "admin", ImapPasswordFile = folder["password"], ImapAccounts = accounts,
        };
    }

    public ImapSettings Settings(TempFolder folder) => ImapSettings.From(Configuration(folder));

    /// <summary>As who rotates a token does: the file is there whole, or not yet.</summary>
    public static void WritePassword(TempFolder folder, string password)
    {
        string next = folder["password.new"];
        File.WriteAllText(next, password + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(next, folder["password"], overwrite: true);
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        client.NoDelay = true;
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await WriteAsync(client, Greeting() + "\r\n", end);
        while (await reader.ReadLineAsync(end) is { } line)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string command = line[(space + 1)..];
            Commands.Enqueue(command);
            string answer = Answer(command).Replace("{tag}", line[..space], StringComparison.Ordinal);
            await WriteAsync(client, answer, end);
            if (answer.StartsWith("* BYE", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    private async Task WriteAsync(TcpClient client, string text, CancellationToken end)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < bytes.Length; at += Math.Min(Piece, bytes.Length - at))
        {
            await client.GetStream().WriteAsync(bytes.AsMemory(at, Math.Min(Piece, bytes.Length - at)), end);
        }
    }
}
