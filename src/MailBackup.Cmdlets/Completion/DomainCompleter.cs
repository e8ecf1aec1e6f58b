using System.Collections;
using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Domains of the directory and of accounts in the backup.</summary>
internal class DomainCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound) =>
        node.GetAccounts()
            .Select(a => a.Domain)
            .Concat(node.GetProvisioning(ProvisioningKind.Domain).Select(d => d.Name))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(d => Matches(d, word))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(d => Result(d));
}
