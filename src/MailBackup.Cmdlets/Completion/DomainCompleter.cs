using System.Collections;
using System.Management.Automation;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Domains that accounts of the backup are in.</summary>
internal sealed class DomainCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound) =>
        node.GetAccounts()
            .Select(a => a.Domain)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(d => Matches(d, word))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(d => Result(d));
}
