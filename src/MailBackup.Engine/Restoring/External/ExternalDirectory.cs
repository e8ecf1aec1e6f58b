using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// The directory part of an external restore: classes of service that restored accounts use, their domains, lists, the accounts themselves. What the
/// directory of this server has under a name is left as it is.
/// </summary>
internal sealed class ExternalDirectory(BackupLayout source, ExternalRestoreRequest request, IReadOnlyList<Account> accounts, IOperationSink sink)
{
    private static readonly string[] AliasAttributes = ["zimbraMailAlias", "mailAlternateAddress", "mailLocalAddress"];

    private readonly List<Account> _usable = [.. accounts];

    /// <summary>Accounts that may be filled: without those whose address or id belongs to another entry here.</summary>
    public IReadOnlyList<Account> Usable => _usable;

    public long Added { get; private set; }

    public long Skipped { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Accounts that this server cannot take, by address.</summary>
    public List<string> Refused { get; } = [];

    /// <param name="present">The directory of this server as it is.</param>
    public async Task RestoreAsync(IProvisioningTarget target, IReadOnlyList<ProvisioningEntry> present, CancellationToken stop)
    {
        var names = present.ToLookup(e => (e.Kind, e.Name.ToUpperInvariant()));
        var (classes, domains) = ClassesAndDomains();
        var cosIds = CosIds(names);
        var entries = new List<ProvisioningEntry>();
        entries.AddRange(request.Skip.HasFlag(RestoreParts.Cos) ? [] : classes);
        entries.AddRange(request.Skip.HasFlag(RestoreParts.DomainProvisioning) ? [] : domains.Select(d => WithCos(d, "zimbraDomainDefaultCOSId", cosIds)));
        entries.AddRange(request.Skip.HasFlag(RestoreParts.AccountProvisioning) ? [] : accounts.Select(a => EntryOf(a, cosIds)).OfType<ProvisioningEntry>());
        entries.AddRange(request.Skip.HasFlag(RestoreParts.DistributionList) ? [] : Lists());
        entries = WithoutForeignIds(entries, present);
        var results = await target.AddAsync(entries, stop).ConfigureAwait(false);
        for (int i = 0; i < entries.Count; i++)
        {
            bool known = names.Contains((entries[i].Kind, entries[i].Name.ToUpperInvariant()));
            Count(entries[i], results[i], known);
        }
    }

    /// <summary>Data sources of accounts, once everything else is there.</summary>
    /// <param name="present">Reads the directory of this server as it is by now.</param>
    public async Task RestoreDataSourcesAsync(
        IProvisioningTarget target, Func<CancellationToken, ValueTask<ProvisioningSnapshot?>> present, CancellationToken stop)
    {
        var children = new List<ProvisioningChild>();
        var ids = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var account in _usable)
        {
            ids[account.Name] = IdOf(account);
            foreach (var (relative, attributes) in ChildEntries.Of(account.Attributes).Where(c => IsDataSource(c.Attributes)))
            {
                children.Add(new ProvisioningChild(account.Name, relative, attributes));
            }
        }

        if (children.Count == 0)
        {
            return;
        }

        // An account that was here before belongs to somebody else, and collects its own mail.
        var now = ((await present(stop).ConfigureAwait(false))?.Entries ?? []).Where(e => e.Kind == ProvisioningKind.Account)
            .DistinctBy(e => e.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(e => e.Name, e => e.Id, StringComparer.OrdinalIgnoreCase);
        children.RemoveAll(c => ids[c.Account] is not { } id || id != now.GetValueOrDefault(c.Account));
        foreach (var result in await target.AddChildrenAsync(children, stop).ConfigureAwait(false))
        {
            Added += result.Added ? 1 : 0;
            Skipped += result.Added ? 0 : 1;
        }
    }

    private static bool IsDataSource(ProvisioningAttributes child) =>
        child.TryGetValue("objectClass", out var classes) && classes.Any(c => c.Trim().EndsWith("DataSource", StringComparison.OrdinalIgnoreCase));

    private static string? IdOf(Account account) => account.Attributes.First("zimbraId") ?? account.Attributes.First("entryUUID");

    private void Count(ProvisioningEntry entry, ProvisioningResult result, bool known)
    {
        if (result.Added || known)
        {
            Added += result.Added ? 1 : 0;
            Skipped += result.Added ? 0 : 1;
            if (result is { Added: true, Note: { } note })
            {
                sink.Warning(note);
            }

            return;
        }

        Refuse(entry, result.Note ?? $"{entry.Name} was not added.");
    }

    private void Refuse(ProvisioningEntry entry, string reason)
    {
        Failed++;
        bool account = entry.Kind == ProvisioningKind.Account;
        sink.Trouble(new ItemTrouble(ErrorIds.DirectoryEntryConflict, account ? entry.Name : null, null, entry.Attributes.First("dn") ?? entry.Name, reason));
        if (account)
        {
            Refused.Add(entry.Name);
            _usable.RemoveAll(a => a.Name == entry.Name);
        }
    }

    private (List<ProvisioningEntry> Classes, List<ProvisioningEntry> Domains) ClassesAndDomains()
    {
        var allDomains = AccountListing.Entries(source, ProvisioningKind.Domain, request.At);
        var allClasses = AccountListing.Entries(source, ProvisioningKind.ClassOfService, request.At);
        var used = accounts.Select(a => a.Domain).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool whole = request.Accounts.Count == 0;
        var domains = allDomains.Where(d => used.Contains(d.Name)
            || (whole && (request.Domains.Count == 0 || request.Domains.Contains(d.Name, StringComparer.OrdinalIgnoreCase)))).ToList();
        var lookup = new CosLookup(allClasses, allDomains);
        var ids = accounts.Select(lookup.Of).OfType<ProvisioningEntry>().Select(c => c.Name)
            .Concat(allClasses.Where(c => c.Id is not null && domains.Any(d => d.Attributes.First("zimbraDomainDefaultCOSId") == c.Id)).Select(c => c.Name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return ([.. allClasses.Where(c => ids.Contains(c.Name))], domains);
    }

    /// <summary>The id that each class will have here, by its id there; null for one that this server does not get.</summary>
    private Dictionary<string, string?> CosIds(ILookup<(ProvisioningKind, string), ProvisioningEntry> names)
    {
        var ids = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var cos in AccountListing.Entries(source, ProvisioningKind.ClassOfService, request.At).Where(c => c.Id is not null))
        {
            var here = names[(ProvisioningKind.ClassOfService, cos.Name.ToUpperInvariant())].FirstOrDefault();
            ids[cos.Id!] = here is not null ? here.Id : request.Skip.HasFlag(RestoreParts.Cos) ? null : cos.Id;
        }

        return ids;
    }

    private static ProvisioningEntry WithCos(ProvisioningEntry entry, string attribute, Dictionary<string, string?> cosIds)
    {
        if (entry.Attributes.First(attribute) is not { } id || !cosIds.TryGetValue(id, out string? here) || here == id)
        {
            return entry;
        }

        var attributes = Copy(entry.Attributes, name => !name.Equals(attribute, StringComparison.OrdinalIgnoreCase));
        if (here is not null)
        {
            attributes[attribute] = [here];
        }

        return entry with { Attributes = attributes };
    }

    /// <summary>Null for a mailbox that no directory knew.</summary>
    private ProvisioningEntry? EntryOf(Account account, Dictionary<string, string?> cosIds)
    {
        if (account.Attributes.First("dn") is null)
        {
            return null;
        }

        bool noAlias = request.Skip.HasFlag(RestoreParts.Alias);
        var dataSources = ChildEntries.Of(account.Attributes).Where(c => IsDataSource(c.Attributes)).Select(c => ChildEntries.Prefix + c.Relative).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var attributes = Copy(account.Attributes, name => !dataSources.Contains(name) && !(noAlias && AliasAttributes.Contains(name, StringComparer.OrdinalIgnoreCase)));
        if (noAlias && attributes.ContainsKey("mail"))
        {
            attributes["mail"] = [account.Name];
        }

        return WithCos(new ProvisioningEntry(ProvisioningKind.Account, IdOf(account), account.Name, attributes), "zimbraCOSId", cosIds);
    }

    /// <summary>Of single accounts, only the lists that they are in.</summary>
    private IEnumerable<ProvisioningEntry> Lists()
    {
        var names = accounts.Select(a => a.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return AccountListing.Entries(source, ProvisioningKind.DistributionList, request.At).Where(l =>
            (request.Domains.Count == 0 || request.Domains.Contains(l.Name[(l.Name.LastIndexOf('@') + 1)..], StringComparer.OrdinalIgnoreCase))
            && (request.Accounts.Count == 0 || l.Attributes.Values.Any(values => values.Any(names.Contains))));
    }

    /// <summary>Two entries of one id would be one account to whoever goes by ids.</summary>
    private List<ProvisioningEntry> WithoutForeignIds(List<ProvisioningEntry> entries, IReadOnlyList<ProvisioningEntry> present)
    {
        var owners = present.Where(e => e.Id is not null).DistinctBy(e => e.Id, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(e => e.Id!, StringComparer.OrdinalIgnoreCase);
        var kept = new List<ProvisioningEntry>();
        foreach (var entry in entries)
        {
            if (entry.Id is { } id && owners.TryGetValue(id, out var owner)
                && !(owner.Kind == entry.Kind && string.Equals(owner.Name, entry.Name, StringComparison.OrdinalIgnoreCase)))
            {
                Refuse(entry, $"{entry.Name} has the id {id}, which is that of {owner.Name} on this server; no entry was added.");
                continue;
            }

            kept.Add(entry);
        }

        return kept;
    }

    private static ProvisioningAttributes Copy(ProvisioningAttributes attributes, Func<string, bool> wanted)
    {
        var copy = new ProvisioningAttributes();
        foreach (var (name, values) in attributes.Where(a => wanted(a.Key)))
        {
            copy[name] = values;
        }

        return copy;
    }
}
