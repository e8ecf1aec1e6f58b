using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Brings the journals of accounts, domains, COS and lists up to what directory and mail tree show. Accounts are all that either has; one that neither
/// has any more is flagged deleted, unless it looks as if a disk were missing.
/// </summary>
/// <param name="guard">Is asked about accounts that vanish with their mail; null where none can vanish.</param>
internal sealed class ProvisioningScan(
    BackupLayout layout, AccountRegistry registry, ScanCounts counts, CosExclusion excluded, bool allowEmpty, MassChangeGuard? guard = null) : IDisposable
{
    private readonly ProvisioningWriter _writer = new(layout, registry, counts);
    private readonly HashSet<string> _troubled = new(StringComparer.OrdinalIgnoreCase);
    private Action<MailBackupException> _trouble = e => throw e;
    private readonly DateTimeOffset _now = TransactionLine.Truncate(DateTimeOffset.UtcNow);

    /// <summary>Something of the snapshot could not be saved: the directory has to be read again, changed or not.</summary>
    public bool Incomplete { get; private set; }

    /// <param name="snapshot">Null when the directory has not changed, or there is none.</param>
    /// <param name="mailboxes">Accounts that have a mailbox.</param>
    /// <param name="kept">Accounts that are left as they are though nothing names them any more.</param>
    /// <param name="trouble">
    /// Takes accounts that vanished in a way that is not believed (all at once, without a target, where a directory dropped them), and those whose journal is
    /// damaged; the others are saved.
    /// </param>
    public void Run(ProvisioningSnapshot? snapshot, IReadOnlyList<string> mailboxes, IReadOnlySet<string> kept, Action<MailBackupException> trouble)
    {
        _trouble = trouble;
        foreach (var id in registry.Behind)
        {
            _writer.SetStat(id, registry.Stats[id]);
        }

        var inTree = new HashSet<string>(mailboxes, StringComparer.OrdinalIgnoreCase);
        var doubt = snapshot is null ? null : guard?.Doubt(registry, snapshot, inTree);
        if (doubt is not null)
        {
            // What it names is saved; it is read again next time.
            Incomplete = true;
            trouble(doubt);
        }

        if (snapshot is not null)
        {
            foreach (var kind in (ProvisioningKind[])[ProvisioningKind.Domain, ProvisioningKind.ClassOfService, ProvisioningKind.DistributionList])
            {
                Try(null, () => SaveEntries(kind, [.. snapshot.Entries.Where(e => e.Kind == kind)], whole: doubt is null));
            }

            foreach (var entry in snapshot.Entries.Where(e => e.Kind == ProvisioningKind.Account && excluded.CosOf(e.Name, e.Id) is null))
            {
                Try(entry.Name, () => SaveAccount(entry.Name, entry));
            }
        }

        foreach (string name in mailboxes.Where(m => registry.FindLiving(m) is null && excluded.CosOf(m, null) is null))
        {
            Try(name, () => SaveAccount(name, null));
        }

        TellNamesakes(mailboxes);
        DeleteVanished(doubt is null ? snapshot : null, inTree, kept, trouble);
        counts.Unchanged(registry.Stats.Count(s => !s.Value.Deleted && !_writer.Appended.Contains(s.Key)));
        _writer.Commit();
    }

    /// <summary>Addresses do not tell case. Of two mailboxes that differ in nothing else, one is the account's; that the other is not in the backup must be said.</summary>
    private void TellNamesakes(IReadOnlyList<string> mailboxes)
    {
        var names = mailboxes.ToHashSet(StringComparer.Ordinal);
        foreach (string name in mailboxes)
        {
            if (registry.FindLiving(name) is { } id && registry.Stats[id].Name is var living && living != name && names.Contains(living))
            {
                _trouble(new MailBackupException(
                    ErrorIds.SourceUnreadable, $"The mailbox {name} is not backed up: it differs from {living} only in capital letters, and they are one address.",
                    "Move one of the two out of the mail tree, or under another address.", name));
            }
        }
    }

    /// <summary>Accounts that would be flagged deleted for no other reason than that the source no longer names their mailboxes.</summary>
    public IReadOnlyList<string> Unnamed(ProvisioningSnapshot? snapshot, IReadOnlyList<string> mailboxes)
    {
        var named = new HashSet<string>(mailboxes, StringComparer.OrdinalIgnoreCase);
        var listed = Listed(snapshot);
        return [.. registry.Stats.Values
            .Where(s => !s.Deleted && !named.Contains(s.Name) && !s.InDirectory && listed?.Contains(s.Name) != true && excluded.CosOf(s.Name, s.DirectoryId) is null)
            .Select(s => s.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>One account lives, as the directory has it (null: it has only a mailbox). Durable when it returns.</summary>
    public void Save(string name, ProvisioningEntry? entry)
    {
        SaveAccount(name, entry);
        _writer.Commit();
    }

    /// <summary>A damaged journal costs its account, or its kind of entries.</summary>
    private void Try(string? account, Action save)
    {
        try
        {
            save();
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            Incomplete = true;
            if (account is not null && !_troubled.Add(account))
            {
                // The directory has it, and the mail tree as well.
                return;
            }

            _trouble(new MailBackupException(e.ErrorId, e.Problem, e.RecommendedAction, account ?? e.Target, e));
        }
    }

    /// <summary>What did not become durable is taken back.</summary>
    public void Dispose() => _writer.Dispose();

    private static HashSet<string>? Listed(ProvisioningSnapshot? snapshot) =>
        snapshot?.Entries.Where(e => e.Kind == ProvisioningKind.Account).Select(e => e.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private void DeleteVanished(ProvisioningSnapshot? snapshot, HashSet<string> inTree, IReadOnlySet<string> kept, Action<MailBackupException> trouble)
    {
        var listed = Listed(snapshot);
        var domainsInTree = inTree.Select(DomainOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, stat) in registry.Stats.Where(s => !s.Value.Deleted && registry.FindLiving(s.Value.Name) != s.Key).ToList())
        {
            // Its address was given to another account since the last look: it is gone, and the mailbox is the other's.
            Delete(id, stat);
        }

        foreach (var (id, stat) in registry.Stats.ToList())
        {
            if (!stat.Deleted && excluded.CosOf(stat.Name, stat.DirectoryId) is { } cos)
            {
                Delete(id, stat);
                excluded.CountDeleted(cos);
                continue;
            }

            bool isListed = listed?.Contains(stat.Name) ?? stat.InDirectory;
            if (stat.Deleted || inTree.Contains(stat.Name) || isListed)
            {
                if (!stat.Deleted && !isListed && stat.InDirectory)
                {
                    // The directory has dropped it, its mailbox is still there: from now on only the mailbox speaks for it.
                    _writer.SetStat(id, stat with { InDirectory = false });
                }

                continue;
            }

            if (kept.Contains(stat.Name))
            {
                continue;
            }

            // The directory itself has dropped it: that is word enough. Otherwise a whole domain that is gone is a disk that is not mounted.
            long items = stat.Folders.Sum(f => f.Items);
            bool saidByDirectory = listed is not null && stat.InDirectory;
            if (items > 0 && !saidByDirectory && !allowEmpty && !domainsInTree.Contains(DomainOf(stat.Name)))
            {
                trouble(AccountLister.SuddenlyEmpty(stat.Name, items));
                continue;
            }

            if (!saidByDirectory && !allowEmpty)
            {
                guard?.Judge(id, stat.Name, new MassChange(items, items, 0));
            }

            Delete(id, stat);
        }
    }

    private void Delete(Guid id, AccountStat stat) => Try(stat.Name, () =>
    {
        var transaction = new ProvisioningTransaction(default, _now, ProvisioningKind.Account, id, stat.Name, stat.DirectoryId, Deleted: true, ProvisioningAttributes.Empty);
        _writer.AppendAccount(id, stat with { Deleted = true, InDirectory = false }, transaction);
        counts.Deleted();
    });

    private void SaveAccount(string name, ProvisioningEntry? entry)
    {
        var attributes = entry?.Attributes ?? ProvisioningAttributes.Empty;
        var found = registry.FindByDirectoryId(entry?.Id) ?? registry.FindLiving(name) ?? registry.Find(name);
        if (found is { } other && entry?.Id is { } directoryId && registry.Stats[other].DirectoryId is { } known && known != directoryId)
        {
            // The name was given to another account; the old one's history stays its own.
            found = null;
        }

        bool isNew = found is null;
        if (isNew && registry.Unreadable.Values.FirstOrDefault() is { } unreadable)
        {
            // A second history beside the one that cannot be read would be hard to put right again.
            throw new MailBackupException(
                unreadable.ErrorId, $"Whether {name} is new or the account of a journal that gives no address cannot be told. {unreadable.Problem}",
                unreadable.RecommendedAction, name, unreadable);
        }

        var id = found ?? NewId(entry?.Id);
        var stat = isNew ? new AccountStat { Name = name } : registry.Stats[id];
        if (!isNew && !stat.Deleted && stat.Name == name && ProvisioningHistory.Last(layout.AccountInfo(id))?.Attributes is { } before && before.Equals(attributes)
            && stat.DirectoryId == (entry?.Id ?? stat.DirectoryId))
        {
            if (stat.InDirectory != (entry is not null))
            {
                _writer.SetStat(id, stat with { InDirectory = entry is not null });
            }

            return;
        }

        stat = stat with { Name = name, DirectoryId = entry?.Id ?? stat.DirectoryId, InDirectory = entry is not null, Deleted = false };
        _writer.AppendAccount(id, stat, new ProvisioningTransaction(default, _now, ProvisioningKind.Account, id, name, stat.DirectoryId, Deleted: false, attributes));
        if (isNew)
        {
            counts.Added();
        }
        else
        {
            counts.Updated();
        }
    }

    /// <param name="whole">Whether what is not among the entries is gone.</param>
    private void SaveEntries(ProvisioningKind kind, IReadOnlyList<ProvisioningEntry> entries, bool whole)
    {
        var journal = layout.ProvisioningJournal(kind);
        var current = ProvisioningHistory.Current(journal);
        var writer = JournalWriter.Open(journal, null, layout.Cut);
        foreach (var entry in entries)
        {
            if (current.Remove(entry.Name, out var before) && !before.Deleted && before.Attributes.Equals(entry.Attributes))
            {
                counts.Unchanged(1);
                continue;
            }

            var id = before?.Entry ?? NewId(entry.Id);
            _writer.Append(writer, new ProvisioningTransaction(default, _now, kind, id, entry.Name, entry.Id, Deleted: false, entry.Attributes));
            if (before is null)
            {
                counts.Added();
            }
            else
            {
                counts.Updated();
            }
        }

        foreach (var gone in current.Values.Where(e => whole && !e.Deleted))
        {
            _writer.Append(writer, gone with { Start = _now, Deleted = true });
            counts.Deleted();
        }

        _writer.Keep(writer);
    }

    /// <summary>A directory's id that is a UUID is the account's id here too, so that it is the same on every node.</summary>
    private static Guid NewId(string? directoryId) => Guid.TryParse(directoryId, out var id) ? id : Guid.NewGuid();

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}
