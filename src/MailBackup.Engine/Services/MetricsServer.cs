using System.Net;
using System.Text;
using MailBackup.Health;

namespace MailBackup.Services;

/// <summary>
/// Gives the health to a collector of Prometheus: <c>GET /metrics</c> on the loopback addresses, nothing else and nowhere else. It reads no body, and a survey is
/// made once in ten seconds at most, however often it is asked.
/// </summary>
/// <param name="port">Asked anew each second, so that a change of the configuration takes effect; 0 listens nowhere.</param>
internal sealed class MetricsServer(BackupNode node, Func<int> port, IServiceLog log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<byte[]>? _metrics;
    private long _made;

    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            int at = port();
            if (at != 0)
            {
                await ListenAsync(at, token).ConfigureAwait(false);
            }

            await Task.Delay(Look, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(int at, CancellationToken token)
    {
        using var listener = Open(at);
        log.Write(ServiceLogLevel.Information, FormattableString.Invariant($"Metrics for Prometheus are at http://127.0.0.1:{at}/metrics."));
        var next = listener.GetContextAsync();
        while (!token.IsCancellationRequested && port() == at)
        {
            await ((Task)next).WaitAsync(Look, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next.IsCompleted)
            {
                _ = AnswerAsync(await next.ConfigureAwait(false), token);
                next = listener.GetContextAsync();
            }
        }

        listener.Abort();
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static HttpListener Open(int at)
    {
        var listener = new HttpListener { IgnoreWriteExceptions = true };

        // By name, too: the listener compares what the client calls it. A page in a browser that has another name lead here gets nothing.
        listener.Prefixes.Add(FormattableString.Invariant($"http://127.0.0.1:{at}/"));
        listener.Prefixes.Add(FormattableString.Invariant($"http://localhost:{at}/"));
        try
        {
            listener.Start();
            return listener;
        }
        catch (HttpListenerException e)
        {
            listener.Close();
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, FormattableString.Invariant($"Port {at} cannot be used for metrics: {e.Message}."), "Choose another with 'mailbackup config --metrics-port NUMBER'.", at, e);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken token)
    {
        var response = context.Response;
        try
        {
            if (!context.Request.IsLocal || context.Request.Url?.AbsolutePath != "/metrics")
            {
                response.StatusCode = (int)HttpStatusCode.NotFound;
            }
            else if (context.Request.HttpMethod != "GET")
            {
                response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
                response.AddHeader("Allow", "GET");
            }
            else
            {
                byte[] metrics = await MetricsAsync(token).ConfigureAwait(false);
                response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                response.ContentLength64 = metrics.Length;
                await response.OutputStream.WriteAsync(metrics, token).ConfigureAwait(false);
            }

            response.Close();
        }
        catch (Exception e) when (e is MailBackupException or IOException or HttpListenerException or OperationCanceledException or ObjectDisposedException)
        {
            if (e is MailBackupException)
            {
                log.Write(ServiceLogLevel.Warning, "Metrics: " + e.Message);
            }

            response.Abort();
        }
    }

    /// <summary>Who asks while a survey is under way gets the same.</summary>
    private Task<byte[]> MetricsAsync(CancellationToken token)
    {
        lock (_gate)
        {
            if (_metrics is null or { IsFaulted: true } || (_metrics.IsCompleted && Environment.TickCount64 - _made > Fresh.TotalMilliseconds))
            {
                _made = Environment.TickCount64;
                _metrics = Task.Run(async () => Encoding.UTF8.GetBytes(PrometheusText.Write(await node.GetHealthAsync(token).ConfigureAwait(false))), token);
            }

            return _metrics;
        }
    }
}
