using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Brings the search index up to date, or makes it anew. Every scan does that by itself.</summary>
[Cmdlet(VerbsData.Update, "BackupSearchIndex", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class UpdateBackupSearchIndexCommand : OperationCommand
{
    /// <summary>Throw the index away and read the whole backup again.</summary>
    [Parameter]
    public SwitchParameter Rebuild { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        if (ShouldProcess(node.Path, Rebuild ? "Make the search index anew" : "Bring the search index up to date"))
        {
            Start(node.Path, new SearchIndexRequest { Rebuild = Rebuild }, failureEnds: true);
        }
    }
}
