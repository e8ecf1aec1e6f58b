using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Configuration;

namespace MailBackup.Cmdlets;

/// <summary>Shows the configuration of a backup path: retention, switches, source.</summary>
[Cmdlet(VerbsCommon.Get, "BackupConfiguration")]
[OutputType(typeof(NodeConfiguration))]
public sealed class GetBackupConfigurationCommand : BackupCommand
{
    protected override void Process()
    {
        var node = OpenNode();
        WriteObject(ItemObject.Create(node.Configuration, node.Path));
    }
}
