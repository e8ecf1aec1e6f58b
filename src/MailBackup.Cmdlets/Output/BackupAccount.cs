using MailBackup.Model;

namespace MailBackup.Cmdlets.Output;

/// <summary>
/// An account as the pipeline has it. Its address is <see cref="Account"/>, as in items, so that it binds to the parameter of that name;
/// password hashes stay in the backup.
/// </summary>
public sealed class BackupAccount
{
    internal BackupAccount(Account account, string backupPath)
    {
        Account = account.Name;
        AccountId = account.Id;
        Domain = account.Domain;
        DisplayName = account.Attributes.First("displayName") ?? account.Attributes.First("cn");
        Deleted = account.Deleted;
        Created = account.Created;
        Start = account.Start;
        Attributes = SecretAttributes.Hide(account.Attributes);
        BackupPath = backupPath;
    }

    public string Account { get; }

    public Guid AccountId { get; }

    public string Domain { get; }

    public string? DisplayName { get; }

    public bool Deleted { get; }

    /// <summary>When the backup saw it first.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Since when it is as shown; of a deleted account, when it was deleted.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Living items; null without -Statistics.</summary>
    public long? Items { get; internal set; }

    /// <summary>Deleted items; null without -Statistics.</summary>
    public long? DeletedItems { get; internal set; }

    /// <summary>Bytes of the content of living items; null without -Statistics.</summary>
    public long? Bytes { get; internal set; }

    /// <summary>What the directory says of it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get; }

    public string BackupPath { get; }

    public override string ToString() => Account;
}
