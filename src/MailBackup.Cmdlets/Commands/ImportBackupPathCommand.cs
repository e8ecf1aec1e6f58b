using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>Takes over the backup path of a server that is gone for good, and sets it for the session.</summary>
[Cmdlet(VerbsData.Import, "BackupPath", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupPathInfo))]
public sealed class ImportBackupPathCommand : EngineCommand
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
        string owner = BackupNode.FindOwner(path) is { } map ? $"server {map.ServerId}{(map.Host.Length > 0 ? $" ({map.Host})" : "")}" : "its server";
        if (!ShouldProcess(path, $"Take over from {owner}, which can then write to it no more"))
        {
            return;
        }

        BackupNode.Adopt(path).Dispose();
        RunspaceState.Current.BackupPath = path;
        if (PassThru)
        {
            WriteObject(new BackupPathInfo(path, BackupPathOrigin.Session, Initialized: true));
        }
    }
}
