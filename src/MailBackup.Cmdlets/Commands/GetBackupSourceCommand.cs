using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Sources;

namespace MailBackup.Cmdlets;

/// <summary>Shows which mail server a backup path is of.</summary>
[Cmdlet(VerbsCommon.Get, "BackupSource")]
[OutputType(typeof(SourceConfiguration))]
public sealed class GetBackupSourceCommand : BackupCommand
{
    protected override void Process()
    {
        var node = OpenNode();
        WriteObject(ItemObject.Create(node.Configuration.Source, node.Path));
    }
}
