using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>
/// Mends a backup path: damaged journals are rewritten from their intact lines, the catalog is made anew, lost content is fetched again from the mail server or
/// other backup paths. What is damaged goes to quarantine first.
/// </summary>
[Cmdlet(VerbsDiagnostic.Repair, "Backup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupOperation))]
public sealed class RepairBackupCommand : OperationCommand
{
    /// <summary>Other backup paths, of any server; they are only read.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] From { get; set; } = [];

    /// <summary>Do not ask the mail server for content.</summary>
    [Parameter]
    public SwitchParameter NoSource { get; set; }

    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    protected override void Process()
    {
        string path = OpenNode().Path;
        if (_paths.Add(path) && ShouldProcess(path, "Repair: rewrite damaged journals and bundles, make the catalog anew, fetch lost content"))
        {
            Start(path, new RepairRequest { From = Array.ConvertAll(From, ResolvePath), UseSource = !NoSource }, failureEnds: true);
        }
    }
}
