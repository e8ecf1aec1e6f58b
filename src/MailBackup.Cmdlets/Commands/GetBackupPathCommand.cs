using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>Shows the backup path of the session and who set it.</summary>
[Cmdlet(VerbsCommon.Get, "BackupPath")]
[OutputType(typeof(BackupPathInfo))]
public sealed class GetBackupPathCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        var state = RunspaceState.Current;
        if (state.FindBackupPath() is var (path, origin))
        {
            WriteObject(new BackupPathInfo(path, origin, BackupNode.IsInitialized(path)));
            return;
        }

        try
        {
            state.RequireBackupPath();
        }
        catch (MailBackupException e)
        {
            WriteError(ErrorTranslation.ToRecord(e));
        }
    }
}
