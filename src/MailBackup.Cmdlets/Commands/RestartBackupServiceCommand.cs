using System.Management.Automation;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>Stops the resident service of a backup path and starts it again.</summary>
[Cmdlet(VerbsLifecycle.Restart, "BackupService", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceInfo))]
public sealed class RestartBackupServiceCommand : ServiceControlCommand
{
    /// <summary>Where the command mailbackup is; else it is looked for on the path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>Seconds to wait for it to stop.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    private protected override string Action => "Restart";

    private protected override Task<ServiceInfo> RunAsync(BackupNode node, CancellationToken stop) =>
        node.RestartServiceAsync(Command is null ? null : ResolvePath(Command), TimeSpan.FromSeconds(TimeoutSec), stop);
}
