using System.Diagnostics;

namespace MailBackup.Services;

/// <summary>Starts and stops the service of a backup path from another process.</summary>
internal sealed class ServiceControl(BackupNode node, string home)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly ServiceFiles _files = node.ServiceFiles;

    /// <summary>Starts it as a process of its own, which outlives this one.</summary>
    public async Task<ServiceInfo> StartAsync(string? command, CancellationToken token)
    {
        if (_files.Read().State is not ServiceState.Stopped)
        {
            return await WaitForStartAsync(token).ConfigureAwait(false);
        }

        var started = await DetachedProcess.StartAsync(
            [ServiceCommand.Find(command), "serve", "--backup-path", node.Path], Log, ("MAILBACKUP_HOME", home), token).ConfigureAwait(false);
        if (await WaitAsync(i => i.State == ServiceState.Running || !started.IsAlive, StartPatience, token).ConfigureAwait(false) is { State: ServiceState.Running } running)
        {
            return running;
        }

        // One that comes up later, when nobody expects it any more and nobody stops it, is worse than none.
        await started.EndAsync().ConfigureAwait(false);
        return _files.Read() is { State: ServiceState.Running } other ? other : throw NotStarted(started.LastWords);
    }

    private string Log => Path.Combine(home, "service.log");

    private async Task<ServiceInfo> WaitForStartAsync(CancellationToken token) =>
        await WaitAsync(i => i.State == ServiceState.Running, StartPatience, token).ConfigureAwait(false) ?? throw NotStarted(null);

    private MailBackupException NotStarted(string? why) => new(
        ErrorIds.ServiceNotStarted, $"The service of {node.Path} does not come up.{(why is null ? "" : " It said: " + why)}", $"See {Log}, or the journal, for the reason.", node.Path);

    /// <summary>Asks it to stop, and waits.</summary>
    public async Task<ServiceInfo> StopAsync(TimeSpan patience, CancellationToken token)
    {
        if (_files.Read().State == ServiceState.Stopped)
        {
            return _files.Read();
        }

        _files.Ask(ServiceFiles.Stop);
        return await WaitAsync(i => i.State == ServiceState.Stopped, patience, token).ConfigureAwait(false) ?? throw NotStopped(patience);
    }

    /// <summary>Under systemd it ends and is started again; else another process takes its place.</summary>
    public async Task<ServiceInfo> RestartAsync(string? command, TimeSpan patience, CancellationToken token)
    {
        var before = _files.Read();
        if (before is not { Supervised: true, ProcessId: not null })
        {
            await StopAsync(patience, token).ConfigureAwait(false);
            return await StartAsync(command, token).ConfigureAwait(false);
        }

        _files.Ask(ServiceFiles.Restart);
        return await WaitAsync(i => i.State == ServiceState.Running && i.ProcessId != before.ProcessId, patience + StartPatience, token).ConfigureAwait(false)
            ?? throw NotStopped(patience);
    }

    private async Task<ServiceInfo?> WaitAsync(Func<ServiceInfo, bool> reached, TimeSpan patience, CancellationToken token)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var info = _files.Read();
            if (reached(info))
            {
                return info;
            }

            if (Stopwatch.GetElapsedTime(begun) > patience)
            {
                return null;
            }

            await Task.Delay(Look, token).ConfigureAwait(false);
        }
    }

    private MailBackupException NotStopped(TimeSpan patience) => new(
        ErrorIds.ServiceNotStopped, FormattableString.Invariant($"The service of {node.Path} has not stopped within {patience.TotalSeconds:N0} s."),
        $"It brings its running operation to a safe end; wait, or end process {_files.Read().ProcessId}.", node.Path);
}
