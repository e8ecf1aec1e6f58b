using MailBackup.Configuration;
using MailBackup.Health;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Storage;

namespace MailBackup;

/// <summary>What the node does by itself: the schedule, the resident service, the realtime scanner.</summary>
public sealed partial class BackupNode
{
    /// <summary>The schedule, with what is next, what was last, and what was missed.</summary>
    public IReadOnlyList<ScheduleInfo> GetSchedule()
    {
        var now = Clock.GetUtcNow();
        var local = Clock.LocalTimeZone;
        return [.. Configuration.Schedule.Entries.Select(e =>
        {
            var (operation, entry) = e;
            return new ScheduleInfo(
                operation, entry.Enabled, entry.Cron, entry.TimeZone ?? local.Id, entry.CatchUp, entry.AtStart,
                entry.Enabled ? entry.Next(now, local) : null,
                Operations.FindLast(KindOf(operation), succeeded: true)?.Ended,
                FindMissed(operation, entry, now));
        })];
    }

    /// <summary>Changes one entry of the schedule; see <see cref="UpdateConfiguration"/>. Errors: <c>ArgumentInvalid</c>.</summary>
    public void SetSchedule(ScheduledOperation operation, Func<ScheduleEntry, ScheduleEntry> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        UpdateConfiguration(c => c with { Schedule = c.Schedule.With(operation, change(c.Schedule[operation])) });
    }

    /// <summary>The resident service of the path, and what it is doing.</summary>
    public ServiceInfo GetService() => ServiceFiles.Read();

    /// <summary>
    /// Starts the service as a process of its own; one that runs already is left alone. Errors: <c>ServiceCommandNotFound</c>,
    /// <c>ServiceNotStarted</c>.
    /// </summary>
    /// <param name="command">Where the command <c>mailbackup</c> is; null: on the path.</param>
    /// <param name="token">Cancelling it ends the wait, not the service.</param>
    public Task<ServiceInfo> StartServiceAsync(string? command, CancellationToken token) => new ServiceControl(this, _home).StartAsync(command, token);

    /// <summary>Stops the service: what it has saved is durable, what it runs goes back into the queue. Errors: <c>ServiceNotStopped</c>.</summary>
    /// <param name="patience">How long to wait for it.</param>
    /// <param name="token">Cancelling it ends the wait; the service stops all the same.</param>
    public Task<ServiceInfo> StopServiceAsync(TimeSpan patience, CancellationToken token) => new ServiceControl(this, _home).StopAsync(patience, token);

    /// <summary>Stops the service and starts it again. Errors: those of both.</summary>
    public Task<ServiceInfo> RestartServiceAsync(string? command, TimeSpan patience, CancellationToken token) =>
        new ServiceControl(this, _home).RestartAsync(command, patience, token);

    /// <summary>The systemd unit that would run the service of this path. Errors: <c>ServiceCommandNotFound</c>.</summary>
    public ServiceUnit DescribeUnit(string name, string? user, string? command) => new()
    {
        Name = name,
        User = user ?? Environment.UserName,
        Command = ServiceCommand.Find(command),
        BackupPath = Path,
        Home = _home,
        MailTree = Configuration.Source.Maildir,
        Directory = Configuration.Source.Ldif,
    };

    /// <summary>Switches the realtime scanner on or off; a running service follows within a second.</summary>
    /// <param name="enabled">Whether the service is to follow changes as they happen.</param>
    /// <param name="initialScan">Whether it begins with a SmartScan, for what changed while it did not; null: as before.</param>
    public void SetRealtime(bool enabled, bool? initialScan = null) =>
        UpdateConfiguration(c => c with { Realtime = enabled, RealtimeInitialScan = initialScan ?? c.RealtimeInitialScan });

    /// <summary>Whether the backup does what it is there for. Changes nothing; what is wrong is told, not thrown.</summary>
    public Task<HealthReport> GetHealthAsync(CancellationToken token) => new HealthSurvey(this, Clock).RunAsync(token);

    /// <summary>How the backup path has grown, oldest first: one sample an hour while the service ran.</summary>
    public IReadOnlyList<HealthSample> GetHealthHistory() => new HealthHistory(_layout).Read();

    /// <summary>Writes down what the backup path is now, for the look back.</summary>
    internal void SampleHealth()
    {
        var info = GetInfo();
        new HealthHistory(_layout).Add(new HealthSample(Clock.GetUtcNow(), info.Items, info.ContentBytes, info.StoredBytes, HealthSurvey.Volume(Path).Free));
    }

    /// <summary>Accounts of the server that a SmartScan would save.</summary>
    internal Task<IReadOnlyList<string>> GetWantedAccountsAsync(CancellationToken token) => WithSourceAsync(async source =>
    {
        var directory = await source.ReadProvisioningAsync(null, token).ConfigureAwait(false);
        var excluded = CosExclusion.Of(directory);
        var names = new HashSet<string>(await source.ListMailboxesAsync(token).ConfigureAwait(false), StringComparer.OrdinalIgnoreCase);
        names.UnionWith(directory?.Entries.Where(e => e.Kind == Model.ProvisioningKind.Account).Select(e => e.Name) ?? []);
        return (IReadOnlyList<string>)[.. names.Where(n => excluded.CosOf(n, null) is null)];
    });

    internal ServiceFiles ServiceFiles
    {
        get
        {
            RefuseForeign();
            return new ServiceFiles(_layout);
        }
    }

    internal BackupLayout Layout => _layout;

    /// <summary>What a running operation lets the realtime scanner use.</summary>
    internal StoreShare Share { get; } = new();

    /// <summary>How realtime scans are to be done.</summary>
    internal ScanOptions ContinuousScan => Options(new ScanRequest { ReadErrorThreshold = 0 }) with { Continuous = true };

    /// <summary>Runs what is queued, until nothing is; see <see cref="OperationQueue.WorkAsync"/>.</summary>
    internal Task WorkAsync(Action<Operation> onStart, Action<Operation> onEnd, CancellationToken token) =>
        Operations.WorkAsync(ExecuteAsync, onStart, onEnd, token);

    /// <summary>
    /// Where realtime is to keep an account up to date and may not have, a scan of the account goes before its restore: what is restored, and what is left
    /// alone because it is there, is decided by its states.
    /// </summary>
    private void ScanDoubtful(OperationRequest request)
    {
        IReadOnlyList<string> named = request switch
        {
            RestoreRequest { Account: { } account } => [account],
            UndeleteRequest undelete => undelete.Accounts,
            _ => [],
        };
        if (named.Count == 0 || !Configuration.Realtime)
        {
            return;
        }

        var (service, registry) = (GetService(), AccountRegistry.Load(_layout));
        string[] doubtful = [.. named.Where(a => !service.KeepsUp(a) && registry.FindLiving(a) is not null)];
        if (doubtful.Length == 0)
        {
            return;
        }

        var (kind, parameters) = OperationRequestJson.Write(new ScanRequest { Accounts = doubtful });
        if (!Operations.List().Any(o => o.State == OperationState.Queued && o.Kind == kind && o.Parameters == parameters))
        {
            Operations.Enqueue(kind, parameters);
        }
    }

    /// <summary>Takes up what others have changed. Errors: <c>ConfigurationInvalid</c>.</summary>
    public NodeConfiguration RefreshConfiguration()
    {
        lock (_changingConfiguration)
        {
            var written = FileIdentity.Stamp(_layout.Configuration);
            if (written != _configurationRead)
            {
                Configuration = ConfigurationFile.Read(_layout);
                _configurationRead = written;
            }

            return Configuration;
        }
    }

    private FileStamp _configurationRead;

    /// <summary>When the operation was due last although none has been started since; null when nothing was missed.</summary>
    internal DateTimeOffset? FindMissed(ScheduledOperation operation, ScheduleEntry entry, DateTimeOffset now)
    {
        if (!entry.Enabled || entry.Previous(now, Clock.LocalTimeZone) is not { } due)
        {
            return null;
        }

        // A path that was not there yet has missed nothing.
        bool existed = BackupStat.Read(_layout)?.Created <= due;
        var kind = KindOf(operation);
        return existed && !(Operations.FindLast(kind, succeeded: false)?.Queued >= due) && Operations.List().All(o => o.Kind != kind) ? due : null;
    }

    /// <summary>Queues a scheduled operation; null when one of its kind waits in the queue already.</summary>
    internal Operation? SubmitScheduled(ScheduledOperation operation)
    {
        var kind = KindOf(operation);
        return Operations.List().Any(o => o.Kind == kind && o.State == OperationState.Queued) ? null : Submit(operation switch
        {
            ScheduledOperation.SmartScan => new ScanRequest(),
            ScheduledOperation.Purge => new PurgeRequest(),
            _ => new CheckRequest(),
        });
    }

    private static OperationKind KindOf(ScheduledOperation operation) => operation switch
    {
        ScheduledOperation.SmartScan => OperationKind.SmartScan,
        ScheduledOperation.Purge => OperationKind.Purge,
        _ => OperationKind.CoherencyCheck,
    };
}
