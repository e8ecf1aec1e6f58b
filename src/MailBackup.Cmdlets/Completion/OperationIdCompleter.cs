using System.Collections;
using System.Management.Automation;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Operations in the queue, which alone can be waited for or stopped; to look at, ended ones too.</summary>
internal sealed class OperationIdCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound)
    {
        IEnumerable<Operation> operations = node.Operations.List();
        if (string.Equals(CommandName, "Get-BackupOperation", StringComparison.OrdinalIgnoreCase))
        {
            operations = operations.Concat(node.Operations.History());
        }

        return operations
            .Where(o => Matches(o.Id.ToString(), word))
            .Select(o => Result(o.Id.ToString(), $"{o.Id}  {o.Kind} {o.State}", $"Queued {o.Queued.LocalDateTime:g}"));
    }
}
