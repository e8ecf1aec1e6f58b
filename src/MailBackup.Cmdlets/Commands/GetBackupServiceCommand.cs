using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>Shows whether the resident service of a backup path runs, and what it will do next.</summary>
[Cmdlet(VerbsCommon.Get, "BackupService")]
[OutputType(typeof(ServiceInfo))]
public sealed class GetBackupServiceCommand : BackupCommand
{
    protected override void Process()
    {
        var node = OpenNode();
        WriteObject(ItemObject.Create(node.GetService(), node.Path));
    }
}
