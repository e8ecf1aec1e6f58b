using System.Globalization;

namespace MailBackup.Storage;

/// <summary>The names of everything in a backup path: the only place that knows them.</summary>
public sealed class BackupLayout(string root)
{
    /// <summary>Version of the on-disk format that this engine writes, and the newest that it reads.</summary>
    public const int FormatVersion = 1;

    private const string MapPrefix = "map_";

    public string Root { get; } = Path.GetFullPath(root);

    public string Accounts => Path.Combine(Root, "accounts");

    public string Provisioning => Path.Combine(Root, "provisioning");

    public string Items => Path.Combine(Root, "items");

    /// <summary>Rebuildable or transient files; deleting the folder loses nothing.</summary>
    public string State => Path.Combine(Root, "state");

    /// <summary>What a check or a repair has taken out of the store; never read, never deleted by anything.</summary>
    public string Quarantine => Path.Combine(Root, "quarantine");

    public string Spool => Path.Combine(State, "spool");

    public string Catalog => Path.Combine(State, "catalog.db");

    public string Operations => Path.Combine(State, "operations.db");

    public string WriterLock => Path.Combine(State, "writer.lock");

    public string BackupStat => Path.Combine(Root, "backupstat");

    public string Configuration => Path.Combine(Root, "config.json");

    /// <summary>What purges have taken away; see <see cref="PurgeLog"/>.</summary>
    public JournalFile Purges => new("purges", _ => Path.Combine(Root, "purges.jsonl"), Segmented: false);

    public string Map(Guid server) => Path.Combine(Root, MapPrefix + server.ToString("D"));

    /// <summary>The server that the path belongs to, or null when no map says so.</summary>
    public Guid? FindOwner()
    {
        foreach (string file in Directory.EnumerateFiles(Root, MapPrefix + "*"))
        {
            if (Guid.TryParseExact(Path.GetFileName(file).AsSpan(MapPrefix.Length), "D", out Guid server))
            {
                return server;
            }
        }

        return null;
    }

    public string Account(Guid account) => Path.Combine(Accounts, account.ToString("D"));

    public string AccountStat(Guid account) => Path.Combine(Account(account), "account_stat");

    /// <summary>Transactions of the account itself.</summary>
    public JournalFile AccountInfo(Guid account) =>
        new(account.ToString("D") + "/account_info", _ => Path.Combine(Account(account), "account_info.jsonl"), Segmented: false);

    /// <summary>Transactions of the items of the account.</summary>
    public JournalFile ItemJournal(Guid account) =>
        new(
            account.ToString("D") + "/journal",
            n => Path.Combine(Account(account), "journal", n.ToString("d6", CultureInfo.InvariantCulture) + ".jsonl"),
            Segmented: true);

    public JournalFile ProvisioningJournal(Model.ProvisioningKind kind)
    {
        string name = kind switch
        {
            Model.ProvisioningKind.Domain => "domains",
            Model.ProvisioningKind.ClassOfService => "cos",
            Model.ProvisioningKind.DistributionList => "distribution_lists",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Accounts have journals of their own."),
        };
        return new("provisioning/" + name, _ => Path.Combine(Provisioning, name + ".jsonl"), Segmented: false);
    }

    /// <summary>
    /// Path of a bundle. The folder is the number without its last two hexadecimal digits, so that a copy in name order meets bundles in the
    /// order in which they were written.
    /// </summary>
    public string Bundle(int number) =>
        Path.Combine(
            Items,
            (number >> 8).ToString("x2", CultureInfo.InvariantCulture),
            number.ToString("x8", CultureInfo.InvariantCulture) + ".gz");

    /// <summary>Every journal of the path: those of domains, COS and lists, then those of the accounts.</summary>
    public IEnumerable<JournalFile> ListJournals()
    {
        foreach (var kind in (Model.ProvisioningKind[])[Model.ProvisioningKind.Domain, Model.ProvisioningKind.ClassOfService, Model.ProvisioningKind.DistributionList])
        {
            yield return ProvisioningJournal(kind);
        }

        foreach (var account in ListAccounts().Order())
        {
            yield return AccountInfo(account);
            yield return ItemJournal(account);
        }
    }

    /// <summary>The path as the backup path knows it: relative, for manifests and reports.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>Numbers of all bundles, ascending.</summary>
    public List<int> ListBundles()
    {
        var numbers = new List<int>();
        if (Directory.Exists(Items))
        {
            foreach (string file in Directory.EnumerateFiles(Items, "*.gz", SearchOption.AllDirectories))
            {
                if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int n))
                {
                    numbers.Add(n);
                }
            }
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Ids of all accounts that have a folder.</summary>
    public IEnumerable<Guid> ListAccounts()
    {
        if (!Directory.Exists(Accounts))
        {
            yield break;
        }

        foreach (string folder in Directory.EnumerateDirectories(Accounts))
        {
            if (Guid.TryParseExact(Path.GetFileName(folder), "D", out Guid id))
            {
                yield return id;
            }
        }
    }
}
