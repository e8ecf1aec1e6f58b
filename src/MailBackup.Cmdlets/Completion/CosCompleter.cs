using System.Collections;
using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Classes of service in the backup.</summary>
internal sealed class CosCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound) =>
        node.GetProvisioning(ProvisioningKind.ClassOfService).Where(c => Matches(c.Name, word)).Select(c => Result(c.Name));
}
