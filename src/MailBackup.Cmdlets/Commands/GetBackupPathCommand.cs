using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>Shows the backup path of the session and who set it.</summary>
[Cmdlet(VerbsCommon.Get, "BackupPath")]
[OutputType(typeof(BackupPathInfo))]
public sealed class GetBackupPathCommand : EngineCommand
{
    protected override void Process()
    {
        string path = RunspaceState.Current.RequireBackupPath();
        var origin = RunspaceState.Current.BackupPath is null ? BackupPathOrigin.Environment : BackupPathOrigin.Session;
        WriteObject(new BackupPathInfo(path, origin, BackupNode.IsInitialized(path)));
    }
}
