using System.Collections;
using System.Globalization;
using System.Management.Automation;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Cmdlets.Completion;

/// <summary>
/// Items of the account on the command line, by the beginning of their id or by a word of their subject; the list shows what each is.
/// </summary>
internal sealed class ItemIdCompleter : BackupCompleter
{
    protected override IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound)
    {
        if (First(bound, "Account") is not { } account)
        {
            return [];
        }

        return node.GetItems(new ItemQuery { Accounts = [account], Selection = ItemSelection.All })
            .Where(i => i.Type != ItemType.Folder && (Matches(i.Id.ToString(), word) || Contains(i.Subject, word)))
            .Select(i => new CompletionResult(i.Id.ToString(), Label(i), CompletionResultType.ParameterValue, Tip(i)));
    }

    private static bool Contains(string subject, string word) =>
        word.Length > 0 && subject.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Label(BackupItem item) => item.Subject.Length > 0 ? $"{item.Id}  {item.Subject}" : $"{item.Id}  {item.Type}";

    private static string Tip(BackupItem item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Type} in {item.Folder}, {item.Date.LocalDateTime:yyyy-MM-dd HH:mm}{(item.Deleted ? ", deleted" : "")}");
}
