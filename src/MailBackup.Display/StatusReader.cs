using MailBackup.Health;
using MailBackup.Operations;

namespace MailBackup.Display;

/// <summary>
/// Takes snapshots of a backup path, and remembers enough of the last ones to tell rates. The survey of its health asks the mail server and takes its
/// time: it goes on beside, and a snapshot has the latest. One thread at a time.
/// </summary>
/// <param name="words">See <see cref="StatusSnapshot.Words"/>; null leaves all as it is.</param>
public sealed class StatusReader(BackupNode node, TimeProvider clock, Func<string, string>? words = null)
{
    private const int RecentShown = 5;
    private const int RatesKept = 60;
    private const double RateSeconds = 10;
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SurveyEvery = TimeSpan.FromSeconds(30);

    private readonly Queue<(Guid Id, double Seconds, long Items, long Bytes)> _progress = [];
    private readonly Queue<double> _rates = [];
    private (DateTimeOffset Time, long Changes)? _changes;
    private Task<HealthReport>? _survey;
    private HealthReport? _health;
    private string? _healthError;
    private DateTimeOffset _surveyed;

    /// <param name="wait">Wait for the survey of the health rather than show the last one.</param>
    public async Task<StatusSnapshot> ReadAsync(bool wait, CancellationToken token)
    {
        await SurveyAsync(wait, token).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var service = node.GetService();
        var queue = node.Operations.List();
        var (items, bytes) = Rates(queue);
        return new StatusSnapshot
        {
            Path = node.Path,
            Time = now,
            Zone = clock.LocalTimeZone,
            Words = words ?? (static text => text),
            Service = service,
            RealtimeEnabled = node.Configuration.Realtime,
            Queue = queue,
            Recent = node.Operations.History(RecentShown),
            Schedule = node.GetSchedule(),
            Health = _health,
            HealthError = _healthError,
            ItemsPerSecond = items,
            BytesPerSecond = bytes,
            ChangeRates = ChangeRates(service.Heartbeat, service.Realtime.Changes),
        };
    }

    private async Task SurveyAsync(bool wait, CancellationToken token)
    {
        if (_survey is null && (wait || clock.GetUtcNow() - _surveyed >= SurveyEvery))
        {
            _surveyed = clock.GetUtcNow();
            _survey = Task.Run(() => node.GetHealthAsync(token), token);
        }

        if (_survey is { } first && _health is null && _healthError is null)
        {
            // Mostly it is quick: the first picture is then whole.
            await ((Task)first).WaitAsync(FirstPatience, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_survey is { } survey && (wait || survey.IsCompleted))
        {
            _survey = null;
            try
            {
                _health = await survey.ConfigureAwait(false);
                _healthError = null;
            }
            catch (MailBackupException e)
            {
                _healthError = e.Message;
            }
        }
    }

    /// <summary>By the operation's own clock: its progress is written down less often than it is looked at.</summary>
    private (double Items, double Bytes) Rates(IReadOnlyList<Operation> queue)
    {
        if (queue.FirstOrDefault(o => o.State == OperationState.Running) is not { Progress: { } progress } running)
        {
            _progress.Clear();
            return default;
        }

        while (_progress.TryPeek(out var oldest) && (oldest.Id != running.Id || progress.Seconds - oldest.Seconds > RateSeconds))
        {
            _progress.Dequeue();
        }

        _progress.Enqueue((running.Id, progress.Seconds, progress.ItemsDone, progress.BytesDone));
        var first = _progress.Peek();
        double passed = progress.Seconds - first.Seconds;
        return passed >= 1 ? ((progress.ItemsDone - first.Items) / passed, (progress.BytesDone - first.Bytes) / passed)
            : progress.Seconds > 0 ? (progress.ItemsDone / progress.Seconds, progress.BytesDone / progress.Seconds)
            : default;
    }

    private double[] ChangeRates(DateTimeOffset? heartbeat, long changes)
    {
        if (heartbeat is { } time && _changes?.Time != time)
        {
            // Fewer than before: the service was started anew.
            if (_changes is { } before && time > before.Time && changes >= before.Changes)
            {
                _rates.Enqueue((changes - before.Changes) / (time - before.Time).TotalSeconds);
            }

            _changes = (time, changes);
        }

        while (_rates.Count > RatesKept)
        {
            _rates.Dequeue();
        }

        return [.. _rates];
    }
}
