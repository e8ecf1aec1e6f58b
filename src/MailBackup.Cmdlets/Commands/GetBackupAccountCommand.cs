using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Cmdlets;

/// <summary>Lists accounts that the backup knows, deleted ones too, as they are or as they were at a date.</summary>
[Cmdlet(VerbsCommon.Get, "BackupAccount")]
[OutputType(typeof(BackupAccount))]
public sealed class GetBackupAccountCommand : BackupCommand
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(DomainCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Domain { get; set; }

    [Parameter]
    public DateTimeOffset? At { get; set; }

    [Parameter]
    public SwitchParameter NotDeleted { get; set; }

    /// <summary>Only accounts that the server lacks now, whether a scan has noticed it or not: what there is to restore.</summary>
    [Parameter]
    public SwitchParameter Missing { get; set; }

    /// <summary>Also accounts that the server keeps for itself (spam training, quarantine, address list synchronisation).</summary>
    [Parameter]
    public SwitchParameter IncludeSystemAccount { get; set; }

    /// <summary>Count items and bytes too: reads the whole list of each account.</summary>
    [Parameter]
    public SwitchParameter Statistics { get; set; }

    /// <summary>Every state that the account had, oldest first.</summary>
    [Parameter]
    public SwitchParameter History { get; set; }

    protected override void Process()
    {
        var node = OpenNodeForReading();
        if (History)
        {
            WriteHistory(node);
            return;
        }

        var accounts = node.GetAccounts(At);
        ReportUnknown(accounts);
        var live = Missing ? RunEngine((_, stop) => node.GetLiveAccountsAsync(stop)) : null;
        foreach (var account in accounts.Where(a => IsWanted(a) && live?.Contains(a.Name) != true))
        {
            StopToken.ThrowIfCancellationRequested();
            var result = new BackupAccount(account, node.Path);
            if (Statistics)
            {
                Count(node, result);
            }

            WriteObject(Statistics ? ItemObject.WithView(result, nameof(Statistics)) : result);
        }
    }

    private void WriteHistory(BackupNode node)
    {
        foreach (string name in Account is null ? node.GetAccounts().Where(IsWanted).Select(a => CallAccount(node, a.Id, a.Name)) : ExpandAccounts(node, Account))
        {
            try
            {
                foreach (var state in node.GetAccountHistory(name).Where(a => At is null || a.Start <= At))
                {
                    WriteObject(ItemObject.WithView(new BackupAccount(state, node.Path), nameof(History)));
                }
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.AccountNotFound)
            {
                WriteFailure(e);
            }
        }
    }

    private bool IsWanted(Account account) =>
        IsLike(account.Name, Account)
        && IsLike(account.Domain, Domain)
        && !(NotDeleted && account.Deleted)
        && (IncludeSystemAccount || !SystemAccounts.IsSystem(account) || IsNamed(account.Name));

    /// <summary>A wildcard may match nothing; a name may not.</summary>
    private void ReportUnknown(IReadOnlyList<Account> accounts)
    {
        foreach (string name in Account ?? [])
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name)
                && !accounts.Any(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                string when = At is null ? "" : $" at {At.Value.LocalDateTime:g}";
                WriteFailure(new MailBackupException(
                    ErrorIds.AccountNotFound, $"The backup has no account {name}{when}.", "Get-BackupAccount without a name lists all.", name));
            }
        }
    }

    private void Count(BackupNode node, BackupAccount account)
    {
        long items = 0, deleted = 0, bytes = 0;
        foreach (var item in node.GetItems(new ItemQuery { Accounts = [account.AccountId.ToString("D")], Selection = ItemSelection.All, At = At }))
        {
            StopToken.ThrowIfCancellationRequested();
            items += item.Deleted ? 0 : 1;
            deleted += item.Deleted ? 1 : 0;
            bytes += item.Deleted ? 0 : item.Size;
        }

        (account.Items, account.DeletedItems, account.Bytes) = (items, deleted, bytes);
    }

    private bool IsNamed(string name) => Account?.Contains(name, StringComparer.OrdinalIgnoreCase) ?? false;

    private static bool IsLike(string value, string[]? patterns) =>
        patterns is null || patterns.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(value));
}
