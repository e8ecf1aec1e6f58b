using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Checks what is stored: every line's checksum, every content's digest, every reference. Changes nothing.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CoherencyCheck")]
[OutputType(typeof(BackupOperation))]
public sealed class InvokeCoherencyCheckCommand : OperationCommand
{
    private readonly Dictionary<string, List<string>> _accounts = new(StringComparer.Ordinal);

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        if (!_accounts.TryGetValue(node.Path, out var accounts))
        {
            _accounts.Add(node.Path, accounts = []);
        }

        var named = ExpandAccounts(node, Account);
        if (Account is not null && named.Count == 0)
        {
            // Wildcards that match nothing must not turn into a check of everything.
            WriteFailure(new MailBackupException(
                ErrorIds.AccountNotFound, $"No account is like {string.Join(", ", Account)}.", "Get-BackupAccount lists them.", Account));
            _accounts.Remove(node.Path);
            return;
        }

        accounts.AddRange(named.Except(accounts, StringComparer.OrdinalIgnoreCase));
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts)
        {
            Start(path, new CheckRequest { Accounts = accounts }, failureEnds: true);
        }
    }
}
