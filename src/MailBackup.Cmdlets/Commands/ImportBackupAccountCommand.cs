using System.Management.Automation;
using MailBackup.Archives;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>
/// Puts an archive into a live account: a Maildir, an mbox file or a tree of them, a zip file; of ours or of another maker. What is changed or removed
/// is scanned first, within the same operation.
/// </summary>
[Cmdlet(VerbsData.Import, "BackupAccount", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupOperation))]
public sealed class ImportBackupAccountCommand : OperationCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string Account { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Default: told from what is there.</summary>
    [Parameter]
    public ArchiveFormat? Format { get; set; }

    /// <summary>What becomes of items that are in the account already.</summary>
    [Parameter]
    public ImportResolve Resolve { get; set; } = ImportResolve.Skip;

    /// <summary>The folder under which the archive's folders go. Default: where they were.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FolderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    protected override void Process()
    {
        var request = new ImportAccountRequest { Account = Account, Path = ResolvePath(Path), Format = Format, Resolve = Resolve, Folder = Folder };
        string backup = ResolvedBackupPath;
        var node = OpenNode(backup);
        string into = Folder is null ? Account : $"{Account}, {Folder}";

        // Skip adds and nothing else: it goes without a question, as a restore does.
        bool asked = Resolve != ImportResolve.Skip || IsWhatIf || MyInvocation.BoundParameters.ContainsKey("Confirm");
        if (asked && !ShouldProcess(into, Describe(node, request)))
        {
            return;
        }

        Start(backup, request, failureEnds: false);
    }

    private string Describe(BackupNode node, ImportAccountRequest request)
    {
        var p = RunEngine((_, stop) => node.PreviewImportAsync(request, stop));
        string broken = p.Broken > 0 ? $", {p.Broken} unreadable" : "";
        string removed = p.Removed > 0 ? $"{p.Removed} removed, " : "";
        return $"Import {Path} ({p.Format}, {p.Items} items, {Resolve}): {removed}{p.Added} added, {p.Updated} changed, {p.Skipped} left as they are{broken}";
    }
}
