using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Restores an account whole: with -As as a new account beside it, without it a deleted account as itself.</summary>
[Cmdlet(VerbsData.Restore, "BackupAccount", DefaultParameterSetName = DeletedSet, SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class RestoreBackupAccountCommand : OperationCommand
{
    private const string DeletedSet = "Deleted";
    private const string CopySet = "Copy";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string Account { get; set; } = "";

    /// <summary>The address of the new account.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = CopySet)]
    [ValidateNotNullOrEmpty]
    public string? As { get; set; }

    /// <summary>As it was at this moment. Default: its latest state.</summary>
    [Parameter]
    public DateTimeOffset? At { get; set; }

    /// <summary>Keep the new account out of the global address list.</summary>
    [Parameter(ParameterSetName = CopySet)]
    public SwitchParameter HideFromGal { get; set; }

    /// <summary>Also what had been deleted by then, each mail with the tag <c>deleted_DD_MM_YY</c>.</summary>
    [Parameter(ParameterSetName = CopySet)]
    public SwitchParameter IncludeDeleted { get; set; }

    /// <summary>Of the deleted items, only those deleted since this moment.</summary>
    [Parameter(ParameterSetName = CopySet)]
    public DateTimeOffset? DeletedAfter { get; set; }

    protected override void Process()
    {
        string when = At is { } moment ? string.Create(CultureInfo.InvariantCulture, $" as of {moment.LocalDateTime:yyyy-MM-dd HH:mm:ss}") : "";
        if (ShouldProcess(Account + when, As is null ? "Restore the deleted account" : $"Restore as {As}"))
        {
            var request = new AccountRestoreRequest
            {
                Account = Account,
                As = As,
                At = At,
                HideFromGal = HideFromGal,
                IncludeDeleted = IncludeDeleted,
                DeletedAfter = DeletedAfter,
            };
            Start(ResolvedBackupPath, request, failureEnds: false);
        }
    }
}
