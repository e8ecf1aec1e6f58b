namespace MailBackup.Model;

/// <summary>What an entry of the directory is.</summary>
public enum ProvisioningKind
{
    Account = 1,
    Domain = 2,
    ClassOfService = 3,
    DistributionList = 4,
}
