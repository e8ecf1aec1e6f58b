using System.Net;
using System.Net.Sockets;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>Stands between us and a server, counts what the server says, and spoils it as a test wants.</summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly LoopbackListener _listener;
    private volatile int _target;
    private int _open, _most;
    private long _total;

    public FaultProxy(int target)
    {
        _target = target;
        _listener = new LoopbackListener(ServeAsync);
    }

    public int Port => _listener.Port;

    /// <summary>Sees each piece of the server's before it is passed on, with the bytes of its connection and of all before it. False cuts the connection.</summary>
    public Func<Memory<byte>, long, long, bool> OnServer { get; set; } = (_, _, _) => true;

    /// <summary>Sees, and may change, each piece of the client's.</summary>
    public Action<Memory<byte>> OnClient { get; set; } = _ => { };

    public int Connections => _listener.Connections;

    /// <summary>Where it leads; the server may have begun again elsewhere.</summary>
    public int Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>The most connections that were open at one time.</summary>
    public int MostOpen => Volatile.Read(ref _most);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        using var server = new TcpClient();
        int open = Interlocked.Increment(ref _open);
        for (int most = MostOpen; open > most && Interlocked.CompareExchange(ref _most, open, most) != most; most = MostOpen)
        {
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, end);
            await Task.WhenAny(UpAsync(client.GetStream(), server.GetStream(), end), DownAsync(server.GetStream(), client.GetStream(), end));
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task UpAsync(NetworkStream client, NetworkStream server, CancellationToken end)
    {
        var buffer = new byte[16 << 10];
        try
        {
            int n;
            while ((n = await client.ReadAsync(buffer, end)) > 0)
            {
                OnClient(buffer.AsMemory(0, n));
                await server.WriteAsync(buffer.AsMemory(0, n), end);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }

    private async Task DownAsync(NetworkStream server, NetworkStream client, CancellationToken end)
    {
        var buffer = new byte[16 << 10];
        long own = 0;
        try
        {
            int n;
            while ((n = await server.ReadAsync(buffer, end)) > 0)
            {
                if (!OnServer(buffer.AsMemory(0, n), own, Interlocked.Read(ref _total)))
                {
                    // The first half of it still comes: in the middle of a literal.
                    await client.WriteAsync(buffer.AsMemory(0, n / 2), end);
                    return;
                }

                own += n;
                Interlocked.Add(ref _total, n);
                await client.WriteAsync(buffer.AsMemory(0, n), end);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }
}
