using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Lists the accounts on legal hold with the reasons, or every change of holds there ever was.</summary>
[Cmdlet(VerbsCommon.Get, "BackupLegalHold")]
[OutputType(typeof(LegalHold), typeof(LegalHoldChange))]
public sealed class GetBackupLegalHoldCommand : BackupCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    /// <summary>Every change, oldest first: who placed or lifted a hold, when and why.</summary>
    [Parameter]
    public SwitchParameter History { get; set; }

    protected override void Process()
    {
        var node = OpenNodeForReading();
        var wanted = History
            ? node.GetLegalHoldHistory().Where(c => IsWanted(c.Account, c.AccountId)).Cast<object>()
            : node.GetLegalHolds().Where(h => IsWanted(h.Account, h.AccountId));
        foreach (object one in wanted)
        {
            WriteObject(ItemObject.Create(one, node.Path));
        }
    }

    /// <summary>A name without a hold gives nothing: that is the answer, and no error.</summary>
    private bool IsWanted(string account, Guid id) =>
        Account is null || Account.Any(a => WildcardPattern.Get(a, WildcardOptions.IgnoreCase).IsMatch(account) || a == id.ToString());
}
