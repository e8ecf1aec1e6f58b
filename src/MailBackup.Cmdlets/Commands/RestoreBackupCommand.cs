using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Restores another server's backup path, or an export, onto this server: the directory, then items, newest mail first, then what is shared.</summary>
[Cmdlet(VerbsData.Restore, "Backup", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class RestoreBackupCommand : OperationCommand
{
    private readonly List<string> _accounts = [];
    private string? _ownPath;

    /// <summary>The path to restore from; it is only read.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ForeignAccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Account { get; set; }

    /// <summary>A file with one account a line.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AccountFile { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(ForeignDomainCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Domain { get; set; }

    [Parameter]
    public SwitchParameter IncludeDeleted { get; set; }

    [Parameter]
    public SwitchParameter IncludeSystemAccount { get; set; }

    [Parameter]
    public RestoreParts Skip { get; set; }

    [Parameter]
    public SwitchParameter ProvisioningOnly { get; set; }

    /// <summary>Accounts at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? ThrottleLimit { get; set; }

    /// <summary>Items of more bytes are left out.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? MaxItemSize { get; set; }

    [Parameter]
    public DateTimeOffset? At { get; set; }

    /// <summary>Accounts that come down the pipeline carry the path that they were listed from, which is not the one to restore into.</summary>
    protected override void Begin() => _ownPath = BackupPath;

    protected override void Process() => _accounts.AddRange(Account ?? []);

    protected override void End()
    {
        BackupPath = _ownPath;
        string path = ResolvePath(Path);
        var accounts = Expand(path);
        if (MyInvocation.ExpectingInput && accounts.Count == 0)
        {
            // A pipeline that was empty must not turn into a restore of everything.
            return;
        }

        string what = accounts.Count == 0 ? "all accounts" : string.Join(", ", accounts);
        if (!ShouldProcess(ResolvedBackupPath, $"Restore {what} of {path} onto its server"))
        {
            return;
        }

        var request = new ExternalRestoreRequest
        {
            Path = path,
            Accounts = accounts,
            Domains = Domain ?? [],
            IncludeDeleted = IncludeDeleted,
            IncludeSystemAccounts = IncludeSystemAccount,
            Skip = Skip,
            ProvisioningOnly = ProvisioningOnly,
            ThrottleLimit = ThrottleLimit,
            MaxItemSize = MaxItemSize,
            At = At,
        };
        Start(ResolvedBackupPath, request, failureEnds: true);
    }

    private List<string> Expand(string path)
    {
        var named = new List<string>(_accounts);
        if (AccountFile is not null)
        {
            named.AddRange(Operations.AccountFile.Read(ResolvePath(AccountFile)));
        }

        if (!named.Any(WildcardPattern.ContainsWildcardCharacters))
        {
            return named;
        }

        using var source = BackupNode.OpenForReading(path);
        var wildcards = named.ConvertAll(n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase));
        var accounts = source.GetAccounts().Select(a => a.Name).Where(n => wildcards.Exists(w => w.IsMatch(n)))
            .Concat(named.Where(n => !WildcardPattern.ContainsWildcardCharacters(n))).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return accounts.Count > 0 ? accounts : throw new MailBackupException(
            ErrorIds.AccountNotFound, $"No account of {path} is like {string.Join(", ", named)}.", "Get-BackupAccount -BackupPath lists them.", path);
    }
}
