using System.Net.Sockets;
using System.Text;
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

    /// <summary>Bytes written at once.</summary>
    public int Piece { get; init; } = int.MaxValue;

    public int Port => _listener.Port;

    public System.Collections.Concurrent.ConcurrentQueue<string> Commands { get; } = new();

    public int Connections => _listener.Connections;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        client.NoDelay = true;
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await WriteAsync(client, $"* OK [CAPABILITY {Capability}] ready\r\n", end);
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
