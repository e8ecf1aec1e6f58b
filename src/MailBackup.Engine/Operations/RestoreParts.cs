namespace MailBackup.Operations;

/// <summary>Parts of another server's backup that a restore can leave out.</summary>
[Flags]
public enum RestoreParts
{
    None = 0,

    /// <summary>Further addresses of accounts.</summary>
    Alias = 1,

    DistributionList = 2,

    /// <summary>Classes of service; accounts then are of the new server's default class.</summary>
    Cos = 4,

    /// <summary>Directory entries of accounts; their mailboxes are restored into accounts that the new server has.</summary>
    AccountProvisioning = 8,

    DomainProvisioning = 16,

    /// <summary>Data sources of accounts (external mailboxes, feeds).</summary>
    DataSource = 32,
}
