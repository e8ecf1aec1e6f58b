using MailBackup.Operations;

namespace MailBackup.Realtime;

/// <summary>Why changes are gathered rather than saved.</summary>
/// <param name="Operation">What has the backup path: <c>Restore</c>.</param>
/// <param name="Since">When the waiting began, however many operations it was for.</param>
public sealed record RealtimeWait(string Operation, DateTimeOffset Since)
{
    /// <summary>Null when nothing is in the way.</summary>
    /// <param name="open">Running and queued operations in order.</param>
    internal static RealtimeWait? Of(IReadOnlyList<Operation> open, RealtimeWait? before, DateTimeOffset now) =>
        open.Count == 0 ? null : new RealtimeWait(OperationNames.Words(open[0].Kind), before?.Since ?? now);
}
