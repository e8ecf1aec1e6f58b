using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Backs up what has changed in some accounts. However many come down the pipeline, it is one operation a backup path.</summary>
[Cmdlet(VerbsLifecycle.Start, "AccountScan", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class StartAccountScanCommand : ScanCommand
{
    private readonly Dictionary<string, List<string>> _accounts = new(StringComparer.Ordinal);

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    protected override void Process()
    {
        var node = OpenNode();
        if (!_accounts.TryGetValue(node.Path, out var accounts))
        {
            _accounts.Add(node.Path, accounts = []);
        }

        foreach (string account in ExpandAccounts(node, Account, living: true))
        {
            if (!accounts.Contains(account, StringComparer.OrdinalIgnoreCase) && ShouldProcess(account, "Scan"))
            {
                accounts.Add(account);
            }
        }
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts.Where(a => a.Value.Count > 0))
        {
            Start(path, Request(accounts), failureEnds: false);
        }
    }
}
