using System.Collections;
using System.Management.Automation;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Addresses of accounts, living ones first.</summary>
internal class AccountCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound) =>
        node.GetAccounts()
            .Where(a => Matches(a.Name, word))
            .OrderBy(a => a.Deleted)
            .Select(a => Result(a.Name, a.Deleted ? a.Name + " (deleted)" : null));
}
