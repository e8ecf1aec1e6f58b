using System.Globalization;

namespace MailBackup.Storage;

/// <summary>The names of everything in a backup path: the only place that knows them.</summary>
/// <param name="root">The backup path.</param>
/// <param name="state">
/// For a path that is only read: the folder outside of it that holds what can be rebuilt. Null: the path's own <c>state/</c>.
/// </param>
public class BackupLayout(string root, string? state = null)
{
    /// <summary>Version of the on-disk format that this engine writes, and the newest that it reads.</summary>
    public const int FormatVersion = 1;

    private const string MapPrefix = "map_";

    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>True for a path of which not one byte may change: another server's, or an export.</summary>
    public bool IsReadOnly => state is not null;

    /// <summary>What changes the path goes through these.</summary>
    internal IStoreFiles Files { get; init; } = DiskFiles.Instance;

    /// <summary>Bytes at which a segment of a journal, or a bundle, is sealed.</summary>
    internal (long Segment, long Bundle) Seal { get; init; } = (JournalWriter.SealBytes, BundleAppender.SealBytes);

    public string Accounts => Path.Combine(Root, "accounts");

    public string Provisioning => Path.Combine(Root, "provisioning");

    public string Items => Path.Combine(Root, "items");

    /// <summary>Rebuildable or transient files; deleting the folder loses nothing.</summary>
    public string State { get; } = state ?? Path.Combine(Path.GetFullPath(root), "state");

    /// <summary>What a check or a repair has taken out of the store; never read, never deleted by anything.</summary>
    public string Quarantine => Path.Combine(Root, "quarantine");

    /// <summary>What crashes left torn and nobody had reported, cut off journals and bundles.</summary>
    public string Cut => Path.Combine(State, "cut");

    public string Spool => Path.Combine(State, "spool");

    public string Catalog => Path.Combine(State, "catalog.db");

    public string SearchIndex => Path.Combine(State, "search.db");

    public string Operations => Path.Combine(State, "operations.db");

    /// <summary>See <see cref="Storage.AccountChanges"/>.</summary>
    public string AccountChanges => Path.Combine(OwnersState, "account_changes");

    /// <summary>Where whoever writes the path has its <c>state/</c>; of a path that is only read, not <see cref="State"/>.</summary>
    internal string OwnersState => Path.Combine(Root, "state");

    public string WriterLock => Path.Combine(State, "writer.lock");

    public string BackupStat => Path.Combine(Root, "backupstat");

    public string Configuration => Path.Combine(Root, "config.json");

    public string ConfigurationLock => Path.Combine(State, "config.lock");

    /// <summary>Which accounts are on hold, since when and why. Truth, so not in <see cref="State"/>.</summary>
    public JournalFile LegalHold => Journal("legal_hold", _ => Path.Combine(Root, "legal_hold.jsonl"), segmented: false);

    /// <summary>Where <see cref="LegalHold"/> ended after its last change; see <see cref="Storage.LegalHoldHead"/>.</summary>
    public string LegalHoldHead => Path.Combine(Root, "legal_hold.head");

    public string LegalHoldLock => Path.Combine(State, "legal_hold.lock");

    /// <summary>What purges have taken away; see <see cref="PurgeLog"/>.</summary>
    public JournalFile Purges => Journal("purges", _ => Path.Combine(Root, "purges.jsonl"), segmented: false);

    public string Map(Guid server) => Path.Combine(Root, MapPrefix + server.ToString("D"));

    /// <summary>Maps of servers whose backups were restored here: not owners, and where a version that knows none of this does not look for owners.</summary>
    public string Imported => Path.Combine(Root, "imported");

    public string ImportedMap(Guid server) => Path.Combine(Imported, MapPrefix + server.ToString("D"));

    /// <summary>The server that the path belongs to, or null when no map says so.</summary>
    public Guid? FindOwner() => FindOwners() is [var first, ..] ? first : null;

    /// <summary>All servers that maps name as owners, in the order of their ids: one, unless somebody copied a map here.</summary>
    public IReadOnlyList<Guid> FindOwners() => ListMaps(Root);

    /// <summary>The servers whose backups were restored here.</summary>
    public IReadOnlyList<Guid> FindImported() => Directory.Exists(Imported) ? ListMaps(Imported) : [];

    private static List<Guid> ListMaps(string folder)
    {
        var servers = new List<Guid>();
        foreach (string file in Directory.EnumerateFiles(folder, MapPrefix + "*"))
        {
            if (Guid.TryParseExact(Path.GetFileName(file).AsSpan(MapPrefix.Length), "D", out Guid server))
            {
                servers.Add(server);
            }
        }

        servers.Sort();
        return servers;
    }

    public string Account(Guid account) => Path.Combine(Accounts, account.ToString("D"));

    public string AccountStat(Guid account) => Path.Combine(Account(account), "account_stat");

    /// <summary>Which items of other servers were restored into the account, and their ids here.</summary>
    public string IdMapper(Guid account) => Path.Combine(Account(account), "id_mapper.log");

    /// <summary>Items of other servers that were restored and have no id here yet.</summary>
    public string IdMapperPending => Path.Combine(State, "id_mapper");

    /// <summary>Transactions of the account itself.</summary>
    public JournalFile AccountInfo(Guid account) =>
        Journal(account.ToString("D") + "/account_info", _ => Path.Combine(Account(account), "account_info.jsonl"), segmented: false);

    /// <summary>Transactions of the items of the account.</summary>
    public virtual JournalFile ItemJournal(Guid account) =>
        Journal(
            account.ToString("D") + "/journal",
            n => Path.Combine(Account(account), "journal", n.ToString("d6", CultureInfo.InvariantCulture) + ".jsonl"),
            segmented: true);

    public JournalFile ProvisioningJournal(Model.ProvisioningKind kind)
    {
        string name = kind switch
        {
            Model.ProvisioningKind.Domain => "domains",
            Model.ProvisioningKind.ClassOfService => "cos",
            Model.ProvisioningKind.DistributionList => "distribution_lists",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Accounts have journals of their own."),
        };
        return Journal("provisioning/" + name, _ => Path.Combine(Provisioning, name + ".jsonl"), segmented: false);
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

    /// <summary>The file that holds a blob.</summary>
    internal virtual string BlobFile(Model.Digest digest, BlobLocation location) => Bundle(location.Bundle);

    /// <summary>Where a blob is, or null.</summary>
    internal virtual BlobLocation? FindBlob(Catalog catalog, Model.Digest digest) => catalog.FindBlob(digest);

    /// <summary>How many blobs there are.</summary>
    internal virtual long CountBlobs(Sqlite.SqliteDatabase catalog) => catalog.Scalar("SELECT count(*) FROM blob") ?? 0;

    /// <summary>Every journal of the path: those of domains, COS and lists, of purges and legal holds, then those of the accounts.</summary>
    public IEnumerable<JournalFile> ListJournals()
    {
        foreach (var kind in (Model.ProvisioningKind[])[Model.ProvisioningKind.Domain, Model.ProvisioningKind.ClassOfService, Model.ProvisioningKind.DistributionList])
        {
            yield return ProvisioningJournal(kind);
        }

        yield return Purges;
        yield return LegalHold;
        foreach (var account in ListAccounts().Order())
        {
            yield return AccountInfo(account);
            yield return ItemJournal(account);
        }
    }

    private JournalFile Journal(string name, Func<int, string> segment, bool segmented) =>
        new(name, segment, segmented) { Root = Root, Files = Files, Seal = Seal.Segment };

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
