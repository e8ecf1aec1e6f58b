using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>The base of the cmdlets that place legal holds and lift them. Not queued: takes effect at once.</summary>
public abstract class LegalHoldCommand : BackupCommand
{
    private protected const string AccountSet = "Account";
    private protected const string AllSet = "All";

    private readonly bool _held;

    private protected LegalHoldCommand(bool held) => _held = held;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AccountSet)]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    /// <summary>Tells a deleted account from a living one of the same address; objects of the module carry it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = AccountSet)]
    public Guid AccountId { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>Kept in the journal of holds.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    private protected virtual bool WantsOutput => false;

    protected override void Process()
    {
        var node = OpenNode();
        if (All)
        {
            if (ShouldProcess(node.Path, _held ? "Place every account on legal hold" : "Lift every legal hold"))
            {
                WriteChanged(node, node.SetLegalHold(null, _held, Reason));
            }

            return;
        }

        bool byId = MyInvocation.BoundParameters.ContainsKey(nameof(AccountId));
        foreach (string account in byId ? [AccountId.ToString()] : ExpandAccounts(node, Account))
        {
            try
            {
                SetOne(node, account, byId && Account is [var name] ? name : account);
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.AccountNotFound)
            {
                WriteFailure(e);
            }
        }
    }

    private void SetOne(BackupNode node, string account, string name)
    {
        string reasons = string.Join("; ", node.GetLegalHolds().Where(h => IsOf(h, account)).Select(h => h.Automatic ? "automatic: " + h.Reason : h.Reason));
        string action = _held ? "Place on legal hold" : reasons.Length > 0 ? $"Lift the legal hold ({reasons})" : "Lift the legal hold";
        if (!ShouldProcess(name, action))
        {
            return;
        }

        var changed = node.SetLegalHold([account], _held, Reason);
        if (changed.Count == 0)
        {
            WriteVerbose(_held ? $"{name} is on hold already." : $"{name} is not on hold.");
        }

        if (WantsOutput)
        {
            foreach (var hold in node.GetLegalHolds().Where(h => !h.Automatic && (IsOf(h, account) || changed.Contains(h.Account))))
            {
                WriteObject(ItemObject.Create(hold, node.Path));
            }
        }
    }

    private void WriteChanged(BackupNode node, IReadOnlyList<string> changed)
    {
        WriteVerbose(_held ? $"Placed on hold: {changed.Count}." : $"Lifted: {changed.Count}.");
        if (WantsOutput)
        {
            foreach (var hold in node.GetLegalHolds().Where(h => !h.Automatic))
            {
                WriteObject(ItemObject.Create(hold, node.Path));
            }
        }
    }

    private static bool IsOf(LegalHold hold, string account) =>
        hold.AccountId.ToString() == account || hold.Account.Equals(account, StringComparison.OrdinalIgnoreCase);
}
