using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>
/// Sets the backup path of the session and makes it one of this server where it is not yet. Whether it is writable, on a case-sensitive file
/// system and nobody else's is checked first.
/// </summary>
[Cmdlet(VerbsCommon.Set, "BackupPath", SupportsShouldProcess = true)]
[OutputType(typeof(BackupPathInfo))]
public sealed class SetBackupPathCommand : EngineCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("BackupPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        string path = ResolvePath(Path);
        if (!ShouldProcess(path, "Use as backup path"))
        {
            return;
        }

        BackupNode.Initialize(path).Dispose();
        RunspaceState.Current.BackupPath = path;
        if (PassThru)
        {
            WriteObject(new BackupPathInfo(path, BackupPathOrigin.Session, Initialized: true));
        }
    }
}
