using MailBackup.Model;

namespace MailBackup.Cmdlets.Output;

/// <summary>A mail domain and how many accounts the backup has of it.</summary>
public sealed class BackupDomain
{
    internal BackupDomain(string domain, IEnumerable<Account> accounts, ProvisioningEntry? entry, string backupPath)
    {
        Domain = domain;
        InDirectory = entry is not null;
        Attributes = SecretAttributes.Hide(entry?.Attributes ?? ProvisioningAttributes.Empty);
        BackupPath = backupPath;
        foreach (var account in accounts)
        {
            Accounts += account.Deleted ? 0 : 1;
            DeletedAccounts += account.Deleted ? 1 : 0;
            FirstSeen = FirstSeen is { } first && first < account.Created ? first : account.Created;
        }
    }

    public string Domain { get; }

    /// <summary>Living accounts.</summary>
    public int Accounts { get; }

    public int DeletedAccounts { get; }

    /// <summary>When the backup saw its first account; null while it has none.</summary>
    public DateTimeOffset? FirstSeen { get; }

    /// <summary>True when the directory itself has an entry for it.</summary>
    public bool InDirectory { get; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get; }

    public string BackupPath { get; }

    public override string ToString() => Domain;
}
