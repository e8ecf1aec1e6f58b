using System.Net;
using System.Net.Sockets;

namespace MailBackup.Tests.Servers;

/// <summary>Stands between us and a server, counts what the server says, and spoils it as a test wants.</summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile int _target;
    private int _open, _most;
    private readonly CancellationTokenSource _end = new();
    private long _total;

    public FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Sees each piece of the server's before it is passed on, with the bytes of its connection and of all before it. False cuts the connection.</summary>
    public Func<Memory<byte>, long, long, bool> OnServer { get; set; } = (_, _, _) => true;

    /// <summary>Sees, and may change, each piece of the client's.</summary>
    public Action<Memory<byte>> OnClient { get; set; } = _ => { };

    public int Connections;

    /// <summary>Where it leads; the server may have begun again elsewhere.</summary>
    public int Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>The most connections that were open at one time.</summary>
    public int MostOpen => Volatile.Read(ref _most);

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
        using var server = new TcpClient();
        int open = Interlocked.Increment(ref _open);
        for (int most = MostOpen; open > most && Interlocked.CompareExchange(ref _most, open, most) != most; most = MostOpen)
        {
        }

        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                var up = UpAsync(client.GetStream(), server.GetStream());
                await Task.WhenAny(up, DownAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private async Task UpAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[16 << 10];
        try
        {
            int n;
            while ((n = await client.ReadAsync(buffer, _end.Token)) > 0)
            {
                OnClient(buffer.AsMemory(0, n));
                await server.WriteAsync(buffer.AsMemory(0, n), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }

    private async Task DownAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[16 << 10];
        long own = 0;
        try
        {
            int n;
            while ((n = await server.ReadAsync(buffer, _end.Token)) > 0)
            {
                if (!OnServer(buffer.AsMemory(0, n), own, Interlocked.Read(ref _total)))
                {
                    // The first half of it still comes: in the middle of a literal.
                    await client.WriteAsync(buffer.AsMemory(0, n / 2));
                    return;
                }

                own += n;
                Interlocked.Add(ref _total, n);
                await client.WriteAsync(buffer.AsMemory(0, n), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }
}
