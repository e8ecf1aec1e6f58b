using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Model;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Lists shares of the live server that lead nowhere.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupShare")]
[OutputType(typeof(ShareInfo))]
public sealed class TestBackupShareCommand : BackupCommand
{
    private readonly GatheredAccounts _accounts = new();

    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    /// <summary>List valid shares too.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        _accounts.Add(path, Account.Length > 0, ExpandAccounts(OpenNode(path), Account, living: true));
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts.All)
        {
            var troubles = new List<ItemTrouble>();
            var shares = RunEngine((_, stop) => OpenNode(path).GetSharesAsync(accounts, troubles.Add, stop));
            foreach (var share in shares.Where(s => All || s.State != ShareState.Valid))
            {
                WriteObject(ItemObject.Create(share, path));
            }

            foreach (var trouble in troubles)
            {
                WriteFailure(new MailBackupException(trouble.ErrorId, trouble.Reason, "", trouble.Account));
            }
        }
    }
}
