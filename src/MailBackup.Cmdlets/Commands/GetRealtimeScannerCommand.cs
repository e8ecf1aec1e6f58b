using System.Management.Automation;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Shows whether the server's changes are followed as they happen, how many were saved, and how long that takes.</summary>
[Cmdlet(VerbsCommon.Get, "RealtimeScanner")]
[OutputType(typeof(RealtimeStatus))]
public sealed class GetRealtimeScannerCommand : BackupCommand
{
    protected override void Process()
    {
        var node = OpenNode();
        WriteObject(new RealtimeStatus(node.Configuration.Realtime, node.GetService(), node.Path));
    }
}
