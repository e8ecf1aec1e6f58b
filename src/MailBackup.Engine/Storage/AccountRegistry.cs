namespace MailBackup.Storage;

/// <summary>The accounts of a backup path by id and by name, from their <c>account_stat</c> or, where that is lost, from their journals.</summary>
internal sealed class AccountRegistry
{
    private readonly Dictionary<string, Guid> _living = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Guid> _byDirectoryId = new(StringComparer.OrdinalIgnoreCase);
    private BackupLayout? _layout;

    public Dictionary<Guid, AccountStat> Stats { get; } = [];

    /// <summary>Accounts whose <c>account_stat</c> does not say yet what stands here.</summary>
    public HashSet<Guid> Behind { get; } = [];

    /// <summary>Accounts of which nothing gives the address, and why. Any address that nobody else has may be theirs.</summary>
    public Dictionary<Guid, MailBackupException> Unreadable { get; } = [];

    public static AccountRegistry Load(BackupLayout layout)
    {
        var registry = new AccountRegistry { _layout = layout };
        foreach (var id in layout.ListAccounts())
        {
            registry.Add(id);
        }

        return registry;
    }

    /// <summary>A copy in which these accounts are read again; who reads this one meanwhile sees nothing of it.</summary>
    public AccountRegistry With(BackupLayout layout, IReadOnlySet<Guid> changed)
    {
        var copy = new AccountRegistry { _layout = layout };
        foreach (var (id, stat) in Stats)
        {
            if (!changed.Contains(id))
            {
                copy.Set(id, stat);
            }
        }

        foreach (var (name, id) in _living.Where(l => !changed.Contains(l.Value)))
        {
            copy._living[name] = id;
        }

        foreach (var (id, reason) in Unreadable.Where(u => !changed.Contains(u.Key)))
        {
            copy.Unreadable[id] = reason;
        }

        foreach (var id in changed.Where(c => Directory.Exists(layout.Account(c))))
        {
            copy.Add(id);
        }

        return copy;
    }

    public void Set(Guid id, AccountStat stat)
    {
        if (Stats.TryGetValue(id, out var before) && before.Name != stat.Name && _living.GetValueOrDefault(before.Name) == id)
        {
            // Only where the old name is still this account's: another may have taken it over already.
            _living.Remove(before.Name);
        }

        Stats[id] = stat;
        if (!stat.Deleted)
        {
            _living[stat.Name] = id;
        }
        else if (_living.GetValueOrDefault(stat.Name) == id)
        {
            _living.Remove(stat.Name);
        }

        if (stat.DirectoryId is { } directoryId)
        {
            _byDirectoryId[directoryId] = id;
        }
    }

    /// <summary>The living account of that name.</summary>
    public Guid? FindLiving(string name) => _living.TryGetValue(name, out var id) ? id : null;

    public Guid? FindByDirectoryId(string? directoryId) =>
        directoryId is not null && _byDirectoryId.TryGetValue(directoryId, out var id) ? id : null;

    /// <summary>The account of that id, or of that name: the living one, else the one deleted last.</summary>
    /// <param name="account">Address, or the account's id in the backup: an address may have been given to one person after another.</param>
    public Guid? Find(string account)
    {
        if (Guid.TryParseExact(account, "D", out var id) && Stats.ContainsKey(id))
        {
            return id;
        }

        if (FindLiving(account) is { } living)
        {
            return living;
        }

        var deleted = Stats.Where(s => string.Equals(s.Value.Name, account, StringComparison.OrdinalIgnoreCase)).Select(s => s.Key).ToList();
        return deleted.Count switch
        {
            0 => null,
            1 => deleted[0],
            _ => deleted.MaxBy(d => AccountListing.History(_layout!, d).LastOrDefault()?.Start),
        };
    }

    /// <summary>The address of an account, where it can be restored under it. Throws <c>AccountExists</c> when another has that address now.</summary>
    public string AddressOf(Guid account)
    {
        string name = Stats[account].Name;
        return FindLiving(name) is { } other && other != account
            ? throw new MailBackupException(
                ErrorIds.AccountExists,
                $"{name} is the address of another account now ({other}); that of {account} was deleted.",
                "Name the account to restore into, or restore it as a new account with 'mailbackup restore-account --as'.",
                name)
            : name;
    }

    /// <summary>
    /// Two that live under one address: a scan was cut short while it gave the address of one to the other. It belongs to the one whose journal got it last, in whatever
    /// order the folders are met.
    /// </summary>
    private void Add(Guid id)
    {
        try
        {
            if (AccountStatFollower.Read(_layout!, id, out bool isBehind) is { } stat)
            {
                if (isBehind)
                {
                    Behind.Add(id);
                }

                var other = stat.Deleted ? null : FindLiving(stat.Name);
                Set(id, stat);
                if (other is { } first && LastChange(first) > LastChange(id))
                {
                    Set(first, Stats[first]);
                }
            }
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            Unreadable[id] = e;
        }
    }

    private DateTimeOffset LastChange(Guid id)
    {
        try
        {
            return ProvisioningHistory.Last(_layout!.AccountInfo(id))?.Start ?? default;
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            return default;
        }
    }
}
