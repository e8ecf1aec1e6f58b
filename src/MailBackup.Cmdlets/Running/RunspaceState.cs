using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace MailBackup.Cmdlets.Running;

/// <summary>What the module remembers, apart for each runspace: two tabs of a console, or two threads of ForEach-Object -Parallel, share nothing.</summary>
internal sealed class RunspaceState
{
    public const string PathVariable = "MAILBACKUP_PATH";

    private static readonly ConditionalWeakTable<Runspace, RunspaceState> States = [];

    public static RunspaceState Current => States.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>What Set-BackupPath set, absolute.</summary>
    public string? BackupPath { get; set; }

    public BackgroundOperations Background { get; } = new();

    /// <summary>The path for the session, or null.</summary>
    public string? FindBackupPath() => BackupPath
        ?? (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? Path.GetFullPath(path) : null);

    /// <summary>Throws <c>BackupPathNotSet</c>.</summary>
    public string RequireBackupPath() => FindBackupPath() ?? throw new MailBackupException(
        ErrorIds.BackupPathNotSet,
        "No backup path is set.",
        $"Run Set-BackupPath, give -BackupPath, or set the environment variable {PathVariable}.");
}
