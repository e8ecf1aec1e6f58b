using System.Management.Automation;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>Stops the resident service of a backup path; what it runs goes back into the queue.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BackupService", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceInfo))]
public sealed class StopBackupServiceCommand : ServiceControlCommand
{
    /// <summary>Seconds to wait for it.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    private protected override string Action => "Stop";

    private protected override Task<ServiceInfo> RunAsync(BackupNode node, CancellationToken stop) =>
        node.StopServiceAsync(TimeSpan.FromSeconds(TimeoutSec), stop);
}
