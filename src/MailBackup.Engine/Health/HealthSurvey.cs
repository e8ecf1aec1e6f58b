using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Storage;

namespace MailBackup.Health;

/// <summary>Looks at everything that tells whether a backup path does what it is there for. Changes nothing.</summary>
internal sealed class HealthSurvey(BackupNode node, TimeProvider clock)
{
    private const double MinimumFreePercent = 10, CriticalFreePercent = 3;
    private const double FullSoonDays = 14, FullNowDays = 3;
    public const double LagSeconds = 60, CriticalLagSeconds = 900;

    private static readonly TimeSpan ScanAge = TimeSpan.FromHours(26), CriticalScanAge = TimeSpan.FromHours(74);
    private static readonly TimeSpan CheckAge = TimeSpan.FromDays(15);

    private readonly List<HealthCheck> _checks = [];

    public async Task<HealthReport> RunAsync(CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var info = node.GetInfo();
        var service = node.GetService();
        var scan = node.Operations.FindLast(OperationKind.SmartScan, succeeded: true);
        var volume = Volume(node.Path);
        var samples = new HealthHistory(node.Layout).Read();
        double? growth = HealthHistory.GrowthADay(samples, now);
        double? days = growth > 0 ? volume.Free / growth : null;
        bool following = service.Realtime is { State: RealtimeState.Running or RealtimeState.Waiting, Since: not null } && service.State == ServiceState.Running;
        double? lag = following ? service.Realtime.LagSeconds : null;

        CheckScan(scan, now);
        CheckLastRuns(now);
        CheckIntegrity(now);
        CheckService(service, following);
        CheckRealtime(service, lag);
        var unprotected = await CheckAccountsAsync(token).ConfigureAwait(false);
        CheckVolume(volume, days);
        return new HealthReport
        {
            Path = node.Path,
            Time = now,
            Checks = _checks,
            LastSuccess = Enum.GetValues<OperationKind>().Select(k => (Kind: k, node.Operations.FindLast(k, succeeded: true)?.Ended)).Where(k => k.Ended is not null)
                .ToDictionary(k => k.Kind, k => k.Ended!.Value),
            RpoSeconds = (lag is { } seen ? (double?)Math.Max(seen, service.Realtime.RoundSeconds) : null) ?? (now - scan?.Started)?.TotalSeconds,
            LagSeconds = lag,
            UnprotectedAccounts = unprotected,
            Accounts = info.Accounts,
            Items = info.Items,
            StoredBytes = info.StoredBytes,
            ContentBytes = info.ContentBytes,
            FreeBytes = volume.Free,
            VolumeBytes = volume.Size,
            DaysUntilFull = days is { } d ? Math.Round(d, 1) : null,
            Queued = node.Operations.List().Count,
            Service = service.State,
        };
    }

    public static (long Free, long Size) Volume(string path)
    {
        var drive = new DriveInfo(path);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }

    private void CheckScan(Operation? scan, DateTimeOffset now)
    {
        if (scan?.Ended is not { } ended)
        {
            Add("SmartScan", HealthStatus.Critical, "No SmartScan has come to its end yet: there is no whole backup. Run 'mailbackup scan'.");
            return;
        }

        var age = now - ended;
        var status = age > CriticalScanAge ? HealthStatus.Critical : age > ScanAge ? HealthStatus.Warning : HealthStatus.Ok;
        Add("SmartScan", status, $"The last SmartScan ended {Age(age)} ago{(status == HealthStatus.Ok ? "." : ". See 'mailbackup operations' for why none did since, and run 'mailbackup scan'.")}");
        if (scan.State == OperationState.CompletedWithErrors)
        {
            Add("SmartScanErrors", HealthStatus.Warning, Text($"The last SmartScan could not save {scan.Report?.Errors:N0} items or accounts. See 'mailbackup operations'."));
        }
    }

    /// <summary>What was to run and did not, and what ran and failed.</summary>
    private void CheckLastRuns(DateTimeOffset now)
    {
        foreach (var entry in node.GetSchedule().Where(e => e.Missed < now - SchedulePlan.Grace))
        {
            Add("Missed" + entry.Operation, HealthStatus.Warning, $"{entry.Operation} was due {Age(now - entry.Missed!.Value)} ago and has not run since. See whether the service runs ('mailbackup service').");
        }

        var failed = node.Operations.History(200).Where(o => o.State is OperationState.Failed or OperationState.Interrupted && o.Ended > now.AddDays(-1)).ToList();
        if (failed.Count > 0)
        {
            Add("Failed", HealthStatus.Warning, Text($"{failed.Count:N0} operations failed in the last day, the last a {OperationNames.Words(failed[0].Kind)}: {failed[0].Error}"));
        }
    }

    private void CheckIntegrity(DateTimeOffset now)
    {
        var last = node.Operations.FindLast(OperationKind.CoherencyCheck, succeeded: true);
        if (last?.Ended is not { } ended)
        {
            bool young = BackupStat.Read(node.Layout)?.Created > now - CheckAge;
            Add("Coherency", young ? HealthStatus.Ok : HealthStatus.Warning, $"The backup has not been checked yet.{(young ? "" : " Run 'mailbackup check'.")}");
        }
        else if (last.Report?.Errors > 0)
        {
            Add("Coherency", HealthStatus.Critical, Text($"The check that ended {Age(now - ended)} ago found {last.Report.Errors:N0} errors. Run 'mailbackup repair'."));
        }
        else
        {
            bool old = now - ended > CheckAge;
            Add("Coherency", old ? HealthStatus.Warning : HealthStatus.Ok, $"The last check ended {Age(now - ended)} ago and found everything in order.{(old ? " Run 'mailbackup check'." : "")}");
        }
    }

    private void CheckService(ServiceInfo service, bool following)
    {
        if (service.State == ServiceState.NotResponding)
        {
            Add("Service", HealthStatus.Critical, $"The service (process {service.ProcessId}) does not respond. Restart it.");
        }
        else if (node.Configuration.Realtime && !following)
        {
            Add("Service", HealthStatus.Critical, service.State == ServiceState.Running
                ? $"Realtime is on, but does not follow changes. {service.Realtime.Warning}"
                : "Realtime is on, but no service runs: changes are not saved. Start it ('mailbackup service start').");
        }
        else
        {
            Add("Service", HealthStatus.Ok, service.ProcessId is null ? "No service runs; whatever starts scans does it from outside." : "The service runs.");
        }
    }

    private void CheckRealtime(ServiceInfo service, double? lag)
    {
        if (lag is { } seconds)
        {
            var status = seconds > CriticalLagSeconds ? HealthStatus.Critical : seconds > LagSeconds ? HealthStatus.Warning : HealthStatus.Ok;
            Add("Lag", status, service.Realtime.Wait is { } wait
                ? Text($"Changes are gathered since {Age(clock.GetUtcNow() - wait.Since)} and are saved when {wait.Operation} has ended; {service.Realtime.Pending:N0} accounts are pending, the oldest change for {seconds:N1} s.")
                : Text($"Changes are saved within {seconds:N1} s; {service.Realtime.Pending:N0} accounts are pending{(service.Realtime.InScan is > 0 and var left ? Text($", {left:N0} of them left to the scan that is at them") : "")}.{(service.Realtime.Protection is { } protection ? " " + protection : "")}"));
            if (service.Realtime.Warning is { } warning)
            {
                Add("Realtime", HealthStatus.Warning, warning);
            }
        }
    }

    private async Task<IReadOnlyList<string>> CheckAccountsAsync(CancellationToken token)
    {
        try
        {
            var known = node.GetAccounts().Where(a => !a.Deleted).Select(a => a.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var unprotected = (await node.GetWantedAccountsAsync(token).ConfigureAwait(false)).Where(a => !known.Contains(a)).Order(StringComparer.Ordinal).ToList();
            Add("Accounts", unprotected.Count == 0 ? HealthStatus.Ok : HealthStatus.Warning, unprotected.Count == 0
                ? Text($"All {known.Count:N0} accounts of the server are in the backup.")
                : Text($"{unprotected.Count:N0} accounts of the server are not in the backup, {unprotected[0]} first. Run 'mailbackup scan'."));
            return unprotected;
        }
        catch (MailBackupException e)
        {
            Add("Accounts", HealthStatus.Critical, "The server cannot be looked at: " + e.Message);
            return [];
        }
    }

    private void CheckVolume((long Free, long Size) volume, double? days)
    {
        double percent = volume.Size > 0 ? 100.0 * volume.Free / volume.Size : 100;
        var status = percent < CriticalFreePercent || days < FullNowDays ? HealthStatus.Critical
            : percent < MinimumFreePercent || days < FullSoonDays ? HealthStatus.Warning : HealthStatus.Ok;
        Add("FreeSpace", status, Text($"{volume.Free / 1e9:N1} GB ({percent:N0} %) of the volume are free{(days is { } d ? Text($"; at this growth it is full in {d:N0} days") : "")}."));
    }

    private void Add(string name, HealthStatus status, string message) => _checks.Add(new HealthCheck(name, status, message.Trim()));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Age(TimeSpan age) => age.TotalDays >= 2 ? Text($"{age.TotalDays:N0} days") : age.TotalHours >= 2 ? Text($"{age.TotalHours:N0} hours") : Text($"{Math.Max(0, age.TotalMinutes):N0} minutes");
}
