using System.Management.Automation;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Backs up what has changed on the whole server.</summary>
[Cmdlet(VerbsLifecycle.Start, "SmartScan", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class StartSmartScanCommand : ScanCommand
{
    protected override void Process()
    {
        var node = OpenNode();
        if (ShouldProcess(node.Path, Deep ? "Scan the whole server, comparing everything" : "Scan the whole server"))
        {
            Start(node.Path, Request([]), failureEnds: true);
        }
    }
}
