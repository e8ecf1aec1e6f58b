using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Checks what is stored: every line's checksum, every content's digest, every reference. Changes nothing without <c>-Quarantine</c>.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CoherencyCheck", SupportsShouldProcess = true)]
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

    /// <summary>Compare the living items with the server, too.</summary>
    [Parameter]
    public SwitchParameter CompareSource { get; set; }

    /// <summary>Put every content together as a restore would; with <c>-CompareSource</c> also read what the server has.</summary>
    [Parameter]
    public SwitchParameter ReadData { get; set; }

    /// <summary>Read only this share of the contents, another one with each run: <c>5</c> or <c>5%</c>.</summary>
    [Parameter]
    [PercentTransformation]
    [ValidateRange(0.001, 100)]
    public double? Sample { get; set; }

    /// <summary>Move what is damaged, orphaned or stray out of the store.</summary>
    [Parameter]
    public SwitchParameter Quarantine { get; set; }

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
            if (!ShouldProcess(path, Quarantine ? "Check, and move what is damaged or orphaned to quarantine" : "Check"))
            {
                continue;
            }

            var request = new CheckRequest { Accounts = accounts, CompareSource = CompareSource, ReadData = ReadData, Sample = Sample, Quarantine = Quarantine };
            Start(path, request, failureEnds: true);
        }
    }
}
