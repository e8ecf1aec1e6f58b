using System.Management.Automation;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>Starts the resident service of a backup path as a process of its own.</summary>
[Cmdlet(VerbsLifecycle.Start, "BackupService", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceInfo))]
public sealed class StartBackupServiceCommand : ServiceControlCommand
{
    /// <summary>Where the command mailbackup is; else it is looked for on the path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    private protected override string Action => "Start";

    private protected override Task<ServiceInfo> RunAsync(BackupNode node, CancellationToken stop) =>
        node.StartServiceAsync(Command is null ? null : ResolvePath(Command), stop);
}
