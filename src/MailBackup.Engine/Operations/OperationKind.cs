namespace MailBackup.Operations;

/// <summary>What an operation does. Stored by name.</summary>
public enum OperationKind
{
    SmartScan,
    AccountScan,
    Restore,
    CoherencyCheck,
    Undelete,
    AccountRestore,
    BackupExport,
    ExternalRestore,
    BlobRestore,
    RawRestore,
    AccountExport,
    AccountImport,
    SearchIndex,
    Repair,
    Purge,
    ShareRepair,
}
