using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Services;

public sealed class MetricsServerTests : IDisposable, IServiceLog
{
    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _log = [];
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _node.Dispose();
    }

    void IServiceLog.Write(ServiceLogLevel level, string message) => _log.Enqueue($"{level} {message}");

    [Fact]
    public async Task It_gives_metrics_and_nothing_else()
    {
        int port;
        Task running;
        using var stop = new CancellationTokenSource();
        do
        {
            // Another test may have taken it in between.
            int free = port = FreePort();
            running = new MetricsServer(_node.Node, () => free, this).RunAsync(stop.Token);
            await UntilAsync(() => !_log.IsEmpty || running.IsCompleted);
        }
        while (running.IsCompleted);

        foreach (string host in (string[])["127.0.0.1", "localhost"])
        {
            using var response = await _client.GetAsync(new Uri($"http://{host}:{port}/metrics"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
            string text = await response.Content.ReadAsStringAsync();
            Assert.Contains($"mailbackup_status{{path=\"{_node.BackupPath}\"}}", text, StringComparison.Ordinal);
            Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.True(l[0] == '#' || double.TryParse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture, out _), l));
        }

        var root = new Uri($"http://127.0.0.1:{port}");
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(root)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(new Uri(root, "/metrics/x"))).StatusCode);
        using var body = new StringContent("x");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _client.PostAsync(new Uri(root, "/metrics"), body)).StatusCode);

        // A page in somebody's browser that has its own name lead to this machine.
        using var rebound = new HttpRequestMessage(HttpMethod.Get, new Uri(root, "/metrics")) { Headers = { Host = "evil.example" } };
        Assert.NotEqual(HttpStatusCode.OK, (await _client.SendAsync(rebound)).StatusCode);

        // Not for others, even of this machine's own addresses.
        foreach (var address in (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a)))
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(address, port));
        }

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync(new Uri(root, "/metrics")));
    }

    [Fact]
    public async Task The_service_listens_when_the_configuration_says_so_and_survives_a_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        _node.Node.UpdateConfiguration(c => c with { MetricsPort = port });
        using var stop = new CancellationTokenSource();
        using var service = new BackupService(_node.Node, this, new SystemdNotifier(_ => null));
        var running = Task.Run(() => service.RunAsync(stop.Token));
        await UntilAsync(() => _log.Any(l => l.Contains($"Port {port} cannot be used", StringComparison.Ordinal)));
        int free = FreePort();
        _node.Node.UpdateConfiguration(c => c with { MetricsPort = free });
        await UntilAsync(() => _log.Any(l => l.Contains($":{free}/metrics", StringComparison.Ordinal)));
        Assert.Contains("mailbackup_accounts", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{free}/metrics")), StringComparison.Ordinal);
        await stop.CancelAsync();
        await running;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task UntilAsync(Func<bool> reached)
    {
        for (int i = 0; !reached(); i++)
        {
            Assert.True(i < 1500, string.Join('\n', _log));
            await Task.Delay(20);
        }
    }
}
