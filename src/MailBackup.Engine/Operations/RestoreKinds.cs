namespace MailBackup.Operations;

/// <summary>Which kinds of operation put items back: they share counts, reports and the way to run them again.</summary>
public static class RestoreKinds
{
    public static bool IsRestore(this OperationKind kind) => kind is OperationKind.Restore or OperationKind.Undelete or OperationKind.AccountRestore
        or OperationKind.ExternalRestore or OperationKind.BlobRestore or OperationKind.RawRestore;
}
