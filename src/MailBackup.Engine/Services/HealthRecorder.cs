using MailBackup.Health;

namespace MailBackup.Services;

/// <summary>Notes every hour what the backup path has become, and keeps the file of metrics fresh where one is asked for.</summary>
/// <param name="metrics">The file that a collector of Prometheus reads; null: none.</param>
internal sealed class HealthRecorder(BackupNode node, TimeProvider clock, string? metrics)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken token)
    {
        var last = node.GetHealthHistory();
        var sampled = last.Count > 0 ? last[^1].Time : DateTimeOffset.MinValue;
        while (!token.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            if (now - sampled >= Hour)
            {
                node.SampleHealth();
                sampled = now;
            }

            if (metrics is not null)
            {
                PrometheusText.Save(await node.GetHealthAsync(token).ConfigureAwait(false), metrics);
            }

            await Task.Delay(Minute, clock, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
