using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>The base of the cmdlets that start and stop the resident service of a backup path.</summary>
public abstract class ServiceControlCommand : BackupCommand
{
    /// <summary>Return the service as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string Action { get; }

    private protected abstract Task<ServiceInfo> RunAsync(BackupNode node, CancellationToken stop);

    protected sealed override void Process()
    {
        var node = OpenNode();
        if (!ShouldProcess($"the service of {node.Path}", Action))
        {
            return;
        }

        var info = RunEngine((_, stop) => RunAsync(node, stop));
        if (PassThru)
        {
            WriteObject(ItemObject.Create(info, node.Path));
        }
    }
}
