using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Lists the domains of the accounts that the backup knows.</summary>
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
        var node = OpenNode();
        var domains = node.GetAccounts(At)
            .GroupBy(a => a.Domain, StringComparer.OrdinalIgnoreCase)
            .OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var group in domains.Where(g => IsLike(g.Key)))
        {
            int deleted = group.Count(a => a.Deleted);
            WriteObject(new BackupDomain(group.Key, group.Count() - deleted, deleted, group.Min(a => a.Created), node.Path));
        }
    }

    private bool IsLike(string domain) =>
        Domain is null || Domain.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(domain));
}
