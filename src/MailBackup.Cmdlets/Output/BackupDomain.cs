namespace MailBackup.Cmdlets.Output;

/// <summary>A mail domain and how many accounts the backup has of it.</summary>
public sealed record BackupDomain(string Domain, int Accounts, int DeletedAccounts, DateTimeOffset Created, string BackupPath)
{
    public override string ToString() => Domain;
}
