using System.Reflection;
using MailBackup.Realtime;
using MailBackup.Scheduling;
using MailBackup.Storage;

namespace MailBackup.Services;

/// <summary>
/// The resident process of a backup path: schedule, queue and realtime scanner side by side until it is told to stop. A part that fails is
/// started again after a while; the others go on.
/// </summary>
public sealed class BackupService : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StateEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly BackupNode _node;
    private readonly IServiceLog _log;
    private readonly SystemdNotifier _systemd;
    private readonly TimeProvider _clock;
    private readonly ServiceFiles _files;
    private readonly string? _metrics;
    private readonly int? _metricsPort;
    private readonly bool? _realtimeWanted;
    private readonly DateTimeOffset _started;
    private readonly RealtimeSwitch _realtime;

    /// <param name="node">Stays the caller's.</param>
    /// <param name="log">Where it says what it does; one that throws costs its message and nothing else.</param>
    /// <param name="systemd">Who watches over it.</param>
    /// <param name="realtime">Whether to follow changes as they happen; null: as configured, also when that changes.</param>
    /// <param name="metrics">File to keep the metrics for Prometheus in; null: none.</param>
    /// <param name="metricsPort">Port on the loopback addresses where they are given, too; 0: none; null: as configured, also when that changes.</param>
    /// <param name="clock">Null: the system's.</param>
    public BackupService(
        BackupNode node, IServiceLog log, SystemdNotifier systemd, bool? realtime = null, string? metrics = null, int? metricsPort = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        _node = node;
        _log = new GuardedLog(log);
        _systemd = systemd;
        _clock = clock ?? TimeProvider.System;
        _metrics = metrics;
        _metricsPort = metricsPort;
        _realtimeWanted = realtime;
        _started = _clock.GetUtcNow();
        _files = node.ServiceFiles;
        _realtime = new RealtimeSwitch(node, _log);
    }

    /// <summary>Runs until it is told to stop. Errors: <c>ServiceAlreadyRunning</c>.</summary>
    public async Task<ServiceEnd> RunAsync(CancellationToken token)
    {
        using var held = _files.TryHold() ?? throw new MailBackupException(
            ErrorIds.ServiceAlreadyRunning, $"A service runs for {_node.Path} already.",
            "'mailbackup service' shows it; 'mailbackup service stop' ends it.", _node.Path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);

        // Whoever sees that it runs sees whether it will follow changes, too: he leaves scans to it then.
        SwitchRealtime();
        Save(ServiceState.Running);
        _log.Write(ServiceLogLevel.Information, $"MailBackup {Version} serves {_node.Path}.");
        _systemd.Ready($"Serving {_node.Path}");
        Task[] parts =
        [
            Keep("queue", new QueueWorker(_node, _log).RunAsync, stop.Token),
            Keep("schedule", new ScheduleRunner(_node, _clock, _log).RunAsync, stop.Token),
            Keep("record of its health", new HealthRecorder(_node, _clock, _metrics).RunAsync, stop.Token),
            Keep("watch over the scans", new ScanWatch(_node, _clock, _log).RunAsync, stop.Token),
            Keep("watch over realtime", new LagWatch(_node, () => _realtime.Info, _clock, _log).RunAsync, stop.Token),
            Keep("metrics server", new MetricsServer(_node, () => _metricsPort ?? _node.Configuration.MetricsPort, _log).RunAsync, stop.Token),
        ];
        var end = await BeatAsync(stop.Token).ConfigureAwait(false);

        SaveLastState();
        _systemd.Stopping();
        _log.Write(ServiceLogLevel.Information, "Stopping: what has been saved is durable, what runs goes back into the queue.");
        await stop.CancelAsync().ConfigureAwait(false);
        var all = Task.WhenAll([.. parts, _realtime.StopAsync()]);
        while (!all.IsCompleted)
        {
            // A batch of a large scan takes its time; systemd must not take that for death.
            _systemd.Alive();
            SaveLastState();
            await all.WaitAsync(StateEvery, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _log.Write(ServiceLogLevel.Information, end == ServiceEnd.Restart ? "Stopped, to begin anew." : "Stopped.");
        return end;
    }

    public void Dispose() => _realtime.Dispose();

    private static string Version => typeof(BackupService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Signs of life, wishes of others, a configuration that changed.</summary>
    private async Task<ServiceEnd> BeatAsync(CancellationToken token)
    {
        var saved = _clock.GetTimestamp();
        var told = saved;
        var realtime = RealtimeState.Stopped;
        while (!token.IsCancellationRequested)
        {
            try
            {
                _node.RefreshConfiguration();
                SwitchRealtime();
                if (_clock.GetElapsedTime(saved) >= StateEvery || _realtime.Info.State != realtime)
                {
                    realtime = _realtime.Info.State;
                    Save(ServiceState.Running);
                    saved = _clock.GetTimestamp();
                }
            }
            catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException)
            {
                _log.Write(ServiceLogLevel.Error, e.Message);
                await Task.Delay(Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!_files.IsThere)
            {
                _log.Write(ServiceLogLevel.Critical, $"{_node.Path} has gone, or its folder state/ was emptied: nobody could reach this service there any more.");
                return ServiceEnd.Lost;
            }

            if (_files.TakeRequest() is { } request)
            {
                return request == ServiceFiles.Restart ? ServiceEnd.Restart : ServiceEnd.Stopped;
            }

            if (_systemd.WatchdogPeriod is { } period && _clock.GetElapsedTime(told) >= period)
            {
                _systemd.Alive();
                told = _clock.GetTimestamp();
            }

            await Task.Delay(Tick, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ServiceEnd.Stopped;
    }

    private void SwitchRealtime() => _realtime.Set(_realtimeWanted ?? _node.Configuration.Realtime);

    private Task Keep(string name, Func<CancellationToken, Task> part, CancellationToken token) => Task.Run(
        async () =>
        {
            while (!token.IsCancellationRequested)
            {
                try
                {
                    await part(token).ConfigureAwait(false);
                    return;
                }
#pragma warning disable CA1031 // Whatever it was: it is told, and the part begins anew.
                catch (Exception e) when (!token.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    _log.Write(
                        e is MailBackupException ? ServiceLogLevel.Error : ServiceLogLevel.Critical,
                        $"The {name} begins anew in {Pause.TotalSeconds:N0} s. {(e is MailBackupException ? e.Message : $"{e.GetType().Name}: {e.Message}")}");
                    await Task.Delay(Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        },
        CancellationToken.None);

    private void SaveLastState()
    {
        try
        {
            Save(ServiceState.Stopping);
        }
        catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException)
        {
            // It stops all the same.
        }
    }

    private void Save(ServiceState state)
    {
        var now = _clock.GetUtcNow();
        var next = _node.Configuration.Schedule.Entries.Where(e => e.Entry.Enabled)
            .Select(e => (e.Operation, At: e.Entry.Next(now, _clock.LocalTimeZone))).Where(e => e.At is not null).OrderBy(e => e.At).FirstOrDefault();
        _files.Write(new ServiceInfo
        {
            State = state,
            ProcessId = Environment.ProcessId,
            User = Environment.UserName,
            Started = _started,
            Heartbeat = now,
            Version = Version,
            Supervised = _systemd.IsSupervised,
            NextOperation = next.At is null ? null : next.Operation.ToString(),
            NextRun = next.At,
            Realtime = _realtime.Info,
        });
    }
}
