using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;
using MailBackup.Searching;
using MailBackup.Storage;

namespace MailBackup.Cmdlets;

/// <summary>Finds items by their words. Streams, best first (of more than 5,000, the latest 5,000 come first, ranked among themselves); Select-Object -First stops the work.</summary>
[Cmdlet(VerbsCommon.Search, "BackupItem", DefaultParameterSetName = LivingSet)]
[OutputType(typeof(BackupItem))]
public sealed class SearchBackupItemCommand : BackupCommand
{
    private const string LivingSet = "Living";
    private const string DeletedSet = "Deleted";
    private const string AllSet = "All";

    /// <summary>In order of arrival: accounts that come down the pipeline are searched together, so that the best of all come first.</summary>
    private readonly OrderedDictionary<string, List<string>?> _searches = [];

    [Parameter(Position = 0)]
    [AllowEmptyString]
    public string Query { get; set; } = "";

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    /// <summary>In the sender.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? From { get; set; }

    /// <summary>In To, Cc and Bcc; attendees.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Subject { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Body { get; set; }

    /// <summary>In the names of attachments.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Attachment { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(FolderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    [Parameter]
    public ItemType? Type { get; set; }

    /// <summary>Dated before this moment.</summary>
    [Parameter]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Dated at or after this moment.</summary>
    [Parameter]
    public DateTimeOffset? After { get; set; }

    /// <summary>Bytes.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? LargerThan { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = DeletedSet)]
    public SwitchParameter Deleted { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        if (Account is null)
        {
            _searches[node.Path] = null;
            return;
        }

        if (!_searches.TryGetValue(node.Path, out var accounts))
        {
            _searches.Add(node.Path, accounts = []);
        }

        accounts?.AddRange(ExpandAccounts(node, Account).Where(a => !accounts.Contains(a, StringComparer.OrdinalIgnoreCase)));
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _searches)
        {
            var node = OpenNode(path);
            var known = accounts is null ? [] : Known(node, accounts);
            if (accounts is not null && known.Count == 0)
            {
                // Wildcards that nothing fits must not become a search of everything.
                continue;
            }

            foreach (var (item, score) in node.Search(Compose(known)))
            {
                StopToken.ThrowIfCancellationRequested();
                var found = ItemObject.Create(item, path, "Found");
                found.Properties.Add(new PSNoteProperty("Score", score), preValidated: true);
                WriteObject(found);
            }
        }
    }

    /// <summary>An account that is not there is told and does not end the search of the others.</summary>
    private List<string> Known(BackupNode node, List<string> accounts)
    {
        var names = node.GetAccounts().Select(a => a.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (string missing in accounts.Where(a => !names.Contains(a)))
        {
            WriteFailure(new MailBackupException(
                ErrorIds.AccountNotFound, $"The backup has no account {missing}.", "See 'mailbackup accounts' for the names that are known.", missing));
        }

        return accounts.FindAll(names.Contains);
    }

    private SearchQuery Compose(IReadOnlyList<string> accounts) => new()
    {
        Text = Query,
        From = From,
        To = To,
        Subject = Subject,
        Body = Body,
        Attachment = Attachment,
        Accounts = accounts,
        Folder = Folder,
        Type = Type,
        Before = Before,
        After = After,
        LargerThan = LargerThan,
        Selection = Deleted ? ItemSelection.Deleted : All ? ItemSelection.All : ItemSelection.Living,
    };
}
