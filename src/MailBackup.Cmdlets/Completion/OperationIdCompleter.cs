using System.Collections;
using System.Management.Automation;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Operations in the queue; after -History, ended ones.</summary>
internal sealed class OperationIdCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound)
    {
        IEnumerable<Operation> operations = bound.Contains("History") ? node.Operations.History() : node.Operations.List();
        return operations
            .Where(o => Matches(o.Id.ToString(), word))
            .Select(o => Result(o.Id.ToString(), $"{o.Id}  {o.Kind} {o.State}", $"Queued {o.Queued.LocalDateTime:g}"));
    }
}
