using MailBackup.Services;

namespace MailBackup.Realtime;

/// <summary>Starts and stops the realtime scanner, and starts it again after a failure. One thread at a time.</summary>
internal sealed class RealtimeSwitch(BackupNode node, IServiceLog log) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private volatile RealtimeScanner? _scanner;
    private volatile RealtimeInfo? _failed;

    public RealtimeInfo Info => _stop is null ? new RealtimeInfo() : _failed ?? _scanner?.Info ?? new RealtimeInfo { State = RealtimeState.Starting };

    public void Set(bool wanted)
    {
        if (wanted && _stop is null && _running.IsCompleted)
        {
            _stop = new CancellationTokenSource();
            _running = KeepAsync(_stop.Token);
        }
        else if (!wanted && _stop is not null)
        {
            _ = StopAsync();
        }
    }

    public async Task StopAsync()
    {
        if (_stop is { } stop)
        {
            _stop = null;
            await stop.CancelAsync().ConfigureAwait(false);
            log.Write(ServiceLogLevel.Information, "Realtime: stopping.");
            stop.Dispose();
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Lets it end without waiting for that: whoever cannot go on must not leave it running.</summary>
    public void Dispose()
    {
        _stop?.Cancel();
        _stop?.Dispose();
        _stop = null;
    }

    private async Task KeepAsync(CancellationToken token)
    {
        await Task.Yield();
        while (!token.IsCancellationRequested)
        {
            try
            {
                _scanner = new RealtimeScanner(node, log);
                _failed = null;
                await _scanner.RunAsync(token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it was: it is told, and realtime begins anew.
            catch (Exception e) when (!token.IsCancellationRequested)
#pragma warning restore CA1031
            {
                string message = e is MailBackupException ? e.Message : $"{e.GetType().Name}: {e.Message}";
                _failed = (_scanner?.Info ?? new()) with { State = RealtimeState.Failed, Warning = message };
                log.Write(
                    e is MailBackupException ? ServiceLogLevel.Error : ServiceLogLevel.Critical, $"Realtime: {message} It begins anew in {Pause.TotalSeconds:N0} s.");
                await Task.Delay(Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
