using System.Collections;
using System.Management.Automation;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Cmdlets.Completion;

/// <summary>Folders of the accounts on the command line, or of all.</summary>
internal sealed class FolderCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound)
    {
        var query = new ItemQuery
        {
            Accounts = [.. All(bound, "Account").Where(a => !WildcardPattern.ContainsWildcardCharacters(a))],
            Type = ItemType.Folder,
            Selection = ItemSelection.All,
        };
        return node.GetItems(query)
            .Select(f => f.Folder)
            .Where(f => Matches(f, word))
            .Distinct(StringComparer.Ordinal)
            .Select(f => Result(f));
    }
}
