using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>The base of the cmdlets that switch the realtime scanner on and off. Not queued: a running service follows within a second.</summary>
public abstract class RealtimeSwitchCommand : BackupCommand
{
    /// <summary>Return the realtime scanner as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected void Switch(bool enabled, bool? initialScan, string action)
    {
        var node = OpenNode();
        if (!ShouldProcess(node.Path, action))
        {
            return;
        }

        node.SetRealtime(enabled, initialScan);
        var service = node.GetService();
        if (enabled && service.State == ServiceState.Stopped)
        {
            WriteWarning("No service runs for this backup path: nothing is followed until Start-BackupService, or the unit of Register-BackupService, starts one.");
        }

        if (PassThru)
        {
            WriteObject(new RealtimeStatus(enabled, service, node.Path));
        }
    }
}
