using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>A server that says what a test wants: one function from a command (without its tag) to what is answered, <c>{tag}</c> standing for the tag.</summary>
internal sealed class ScriptedServer : IDisposable
{
    public const string Capability = "IMAP4rev1 SASL-IR AUTH=PLAIN ENABLE CONDSTORE QRESYNC";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();

    public ScriptedServer(Func<string, string> answer)
    {
        Answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Func<string, string> Answer { get; set; }

    /// <summary>Bytes written at once.</summary>
    public int Piece { get; init; } = int.MaxValue;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public System.Collections.Concurrent.ConcurrentQueue<string> Commands { get; } = new();

    public int Connections;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref Connections);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                await WriteAsync(client, $"* OK [CAPABILITY {Capability}] ready\r\n");
                while (await reader.ReadLineAsync(_end.Token) is { } line)
                {
                    int space = line.IndexOf(' ', StringComparison.Ordinal);
                    string command = line[(space + 1)..];
                    Commands.Enqueue(command);
                    string answer = Answer(command).Replace("{tag}", line[..space], StringComparison.Ordinal);
                    await WriteAsync(client, answer);
                    if (answer.StartsWith("* BYE", StringComparison.Ordinal))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task WriteAsync(TcpClient client, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < bytes.Length; at += Math.Min(Piece, bytes.Length - at))
        {
            await client.GetStream().WriteAsync(bytes.AsMemory(at, Math.Min(Piece, bytes.Length - at)), _end.Token);
        }
    }
}
