using System.Management.Automation;
using MailBackup.Archives;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Writes whole accounts, as they were at a moment, into archives that any mail program reads: one operation and one archive an account.</summary>
[Cmdlet(VerbsData.Export, "BackupAccount", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class ExportBackupAccountCommand : OperationCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    /// <summary>The folder that the archives go into, each named after its account.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    [Parameter]
    public ArchiveFormat Format { get; set; } = ArchiveFormat.Maildir;

    /// <summary>The accounts as they were at this moment. Default: now.</summary>
    [Parameter]
    public DateTimeOffset? At { get; set; }

    /// <summary>Replace an earlier archive of the account.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        foreach (string account in ExpandAccounts(OpenNode(path), Account))
        {
            StopToken.ThrowIfCancellationRequested();
            if (ShouldProcess(account, $"Export as {Format} into {Destination}"))
            {
                var request = new ExportAccountRequest
                {
                    Account = account, Destination = ResolvePath(Destination), Format = Format, At = At, Force = Force,
                };
                Start(path, request, failureEnds: false);
            }
        }
    }
}
