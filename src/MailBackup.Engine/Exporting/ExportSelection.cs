using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>What an export is to hold: accounts by domain and class of service, and the directory entries that belong to them.</summary>
internal sealed class ExportSelection
{
    private readonly BackupExportRequest _request;
    private readonly HashSet<string> _domains;
    private readonly HashSet<string> _classes;

    /// <summary>Throws <c>DomainNotFound</c>, <c>CosNotFound</c>.</summary>
    public ExportSelection(BackupLayout layout, BackupExportRequest request)
    {
        _request = request;
        var domains = AccountListing.Entries(layout, ProvisioningKind.Domain, null);
        var classes = AccountListing.Entries(layout, ProvisioningKind.ClassOfService, null);
        var all = AccountListing.List(layout, null);
        foreach (string name in request.Domains)
        {
            if (!domains.Any(d => Same(d.Name, name)) && !all.Any(a => Same(a.Domain, name)))
            {
                throw new MailBackupException(
                    ErrorIds.DomainNotFound, $"The backup has no domain {name}.", "See 'mailbackup accounts' for the domains that are known.", name);
            }
        }

        foreach (string name in request.ClassesOfService)
        {
            if (!classes.Any(c => Same(c.Name, name)))
            {
                string known = classes.Count > 0 ? "It has " + string.Join(", ", classes.Select(c => c.Name)) + "." : "It has none.";
                throw new MailBackupException(ErrorIds.CosNotFound, $"The backup has no class of service {name}. {known}", "Name one that it has.", name);
            }
        }

        var lookup = new CosLookup(classes, domains);
        var disabled = all.ToLookup(a => lookup.Of(a) is { } cos && CosMarker.IsIn(cos.Attributes));
        LeftOut = disabled[true].Count();
        Accounts = [.. disabled[false].Where(a => InDomains(a.Domain)
            && (request.ClassesOfService.Count == 0 || (lookup.Of(a) is { } cos && request.ClassesOfService.Contains(cos.Name, StringComparer.OrdinalIgnoreCase))))];
        Unreadable = FindUnreadable(layout);
        _domains = Accounts.Select(a => a.Domain).Concat(request.Domains).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _classes = Accounts.Select(lookup.Of).OfType<ProvisioningEntry>().Select(c => c.Name).Concat(request.ClassesOfService)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Accounts whose class of service is disabled for backup.</summary>
    public int LeftOut { get; }

    /// <summary>By name, deleted ones too.</summary>
    public IReadOnlyList<Account> Accounts { get; }

    /// <summary>
    /// Accounts that may belong into the export, and of which that cannot be told, because their own journal is damaged: by their address where it is known,
    /// else by their id.
    /// </summary>
    public IReadOnlyList<(string Account, MailBackupException Fault)> Unreadable { get; }

    /// <summary>True for an entry of the directory that goes into the export.</summary>
    public bool Wants(ProvisioningKind kind, string name) => kind switch
    {
        ProvisioningKind.Domain => IsWhole || _domains.Contains(name),
        ProvisioningKind.ClassOfService => IsWhole || _classes.Contains(name),
        _ => InDomains(name[(name.LastIndexOf('@') + 1)..]),
    };

    private bool IsWhole => _request.Domains.Count == 0 && _request.ClassesOfService.Count == 0;

    /// <summary>Those that were chosen are read in full when they are exported.</summary>
    private List<(string Account, MailBackupException Fault)> FindUnreadable(BackupLayout layout)
    {
        var unreadable = new List<(string, MailBackupException)>();
        foreach (var id in layout.ListAccounts().Except(Accounts.Select(a => a.Id)))
        {
            if (FaultOf(layout, id) is { } fault)
            {
                string? name = AccountStat.Read(layout, id)?.Name;
                if (name is null || InDomains(name[(name.LastIndexOf('@') + 1)..]))
                {
                    unreadable.Add((name ?? id.ToString("D"), fault));
                }
            }
        }

        return unreadable;
    }

    private static MailBackupException? FaultOf(BackupLayout layout, Guid account)
    {
        var journal = layout.AccountInfo(account);
        try
        {
            return ProvisioningHistory.Last(journal) is not null || new FileInfo(layout.ItemJournal(account).Segment(1)) is not { Exists: true, Length: > 0 }
                ? null
                : new MailBackupException(
                    ErrorIds.JournalDamaged, $"The journal {journal.Segment(1)} is missing or empty, and there are items.", "Run 'mailbackup repair --from' with a copy of the backup path.", journal.Segment(1));
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            return e;
        }
    }

    private bool InDomains(string domain) => _request.Domains.Count == 0 || _request.Domains.Contains(domain, StringComparer.OrdinalIgnoreCase);

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
