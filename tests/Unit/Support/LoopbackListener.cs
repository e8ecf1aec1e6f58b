using System.Net;
using System.Net.Sockets;

namespace MailBackup.Tests.Support;

/// <summary>Accepts connections on a port of the loopback address and serves each beside the others. A connection that breaks, or is still open at the end, is no error.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<TcpClient, CancellationToken, Task> _serve;
    private int _connections, _open, _ended;

    /// <param name="serve">The token ends with the listener; the connection is closed behind it.</param>
    public LoopbackListener(Func<TcpClient, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _ = AcceptAsync(_end.Token);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many have come so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many are open.</summary>
    public int Open => Volatile.Read(ref _open);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }
    }

    private async Task AcceptAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(end);
                Interlocked.Increment(ref _connections);
                Interlocked.Increment(ref _open);
                _ = ServeAsync(client, end);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        using (client)
        {
            try
            {
                await _serve(client, end);
            }
            catch (Exception e) when (IsEnd(e))
            {
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or OperationCanceledException or ObjectDisposedException;
}
