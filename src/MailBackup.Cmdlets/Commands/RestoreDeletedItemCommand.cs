using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Undelete: all that was deleted of accounts within a time. The accounts of the pipeline are restored by one operation.</summary>
[Cmdlet(VerbsData.Restore, "DeletedItem", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class RestoreDeletedItemCommand : OperationCommand
{
    private readonly OrderedDictionary<string, List<string>> _accounts = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Account { get; set; } = [];

    /// <summary>Deleted at or after this moment, as the backup noted it.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public DateTimeOffset After { get; set; }

    /// <summary>And before this one. Default: now.</summary>
    [Parameter(Position = 2)]
    public DateTimeOffset? Before { get; set; }

    /// <summary>The folder below which the items' folders are made. Default: the folders themselves.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FolderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        string when = string.Create(
            CultureInfo.InvariantCulture, $"{After.LocalDateTime:yyyy-MM-dd HH:mm:ss} to {(Before is { } end ? $"{end.LocalDateTime:yyyy-MM-dd HH:mm:ss}" : "now")}");
        foreach (string account in ExpandAccounts(OpenNode(path), Account, living: true))
        {
            if (ShouldProcess($"{account}, deleted from {when}", $"Restore into {(Folder is null ? "where it was" : "folders below " + Folder)}"))
            {
                if (!_accounts.TryGetValue(path, out var accounts))
                {
                    _accounts.Add(path, accounts = []);
                }

                accounts.Add(account);
            }
        }
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts)
        {
            StopToken.ThrowIfCancellationRequested();
            Start(path, new UndeleteRequest { Accounts = accounts, After = After, Before = Before, Folder = Folder }, failureEnds: false);
        }
    }
}
