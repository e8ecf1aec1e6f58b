using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Lists the domains that the directory has, and those of all accounts that the backup knows.</summary>
[Cmdlet(VerbsCommon.Get, "BackupDomain")]
[OutputType(typeof(BackupDomain))]
public sealed class GetBackupDomainCommand : BackupCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(DomainCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Domain { get; set; }

    [Parameter]
    public DateTimeOffset? At { get; set; }

    protected override void Process()
    {
        var node = OpenNodeForReading();
        var accounts = node.GetAccounts(At).ToLookup(a => a.Domain, StringComparer.OrdinalIgnoreCase);
        var entries = node.GetProvisioning(ProvisioningKind.Domain, At).ToDictionary(d => d.Name, StringComparer.OrdinalIgnoreCase);
        var names = accounts.Select(g => g.Key).Concat(entries.Keys).Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names.Where(IsLike).Order(StringComparer.OrdinalIgnoreCase))
        {
            WriteObject(new BackupDomain(name, accounts[name], entries.GetValueOrDefault(name), node.Path));
        }
    }

    private bool IsLike(string domain) =>
        Domain is null || Domain.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(domain));
}
