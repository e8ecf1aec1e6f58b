namespace MailBackup.Operations;

/// <summary>
/// The names of states and kinds as they are stored. Tables of our own, because parsing an enum by reflection costs milliseconds the first
/// time, and a row of a later version must not throw.
/// </summary>
public static class OperationNames
{
    // In the order of the enums, which a test checks.
    private static readonly string[] States =
    [
        nameof(OperationState.Queued),
        nameof(OperationState.Running),
        nameof(OperationState.Completed),
        nameof(OperationState.CompletedWithErrors),
        nameof(OperationState.Failed),
        nameof(OperationState.Stopped),
        nameof(OperationState.Interrupted),
    ];

    private static readonly string[] Kinds =
    [
        nameof(OperationKind.SmartScan),
        nameof(OperationKind.AccountScan),
        nameof(OperationKind.Restore),
        nameof(OperationKind.CoherencyCheck),
        nameof(OperationKind.Undelete),
        nameof(OperationKind.AccountRestore),
        nameof(OperationKind.BackupExport),
        nameof(OperationKind.ExternalRestore),
        nameof(OperationKind.BlobRestore),
        nameof(OperationKind.RawRestore),
        nameof(OperationKind.AccountExport),
        nameof(OperationKind.AccountImport),
        nameof(OperationKind.SearchIndex),
        nameof(OperationKind.Repair),
        nameof(OperationKind.Purge),
        nameof(OperationKind.ShareRepair),
    ];

    /// <summary>The kind as people say it: <c>Coherency check</c>.</summary>
    public static string Words(OperationKind kind)
    {
        string name = Of(kind);
        return kind == OperationKind.SmartScan
            ? name
            : string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
    }

    public static string Of(OperationState state) => States[(int)state];

    public static string Of(OperationKind kind) => Kinds[(int)kind];

    /// <summary>Null for a name that only a later version knows.</summary>
    public static OperationState? State(string name) => Array.IndexOf(States, name) is >= 0 and var i ? (OperationState)i : null;

    /// <inheritdoc cref="State"/>
    public static OperationKind? Kind(string name) => Array.IndexOf(Kinds, name) is >= 0 and var i ? (OperationKind)i : null;
}
