using MailBackup.Configuration;
using MailBackup.Operations;

namespace MailBackup.Notifications;

/// <summary>What the beginnings and ends of operations mean to administrators.</summary>
internal static class OperationNotices
{
    /// <summary>Null for what begins without a word.</summary>
    public static Notice? OfStart(Operation operation, string backupPath) => operation.Kind.IsRestore()
        ? new Notice(NotificationLevel.Warning, "OperationStarted", OperationMail.Subject(operation), OperationMail.Body(operation, backupPath), operation)
        : null;

    public static Notice OfEnd(Operation operation, string backupPath) =>
        new(LevelOfEnd(operation), "OperationEnded", OperationMail.Subject(operation), OperationMail.Body(operation, backupPath), operation);

    private static NotificationLevel LevelOfEnd(Operation operation) => operation.State switch
    {
        OperationState.Failed or OperationState.Interrupted => NotificationLevel.Error,
        _ when operation.Report?.Troubles.Any(t => t.ErrorId == ErrorIds.MassChange) == true => NotificationLevel.Critical,
        OperationState.CompletedWithErrors when operation.Kind == OperationKind.CoherencyCheck => NotificationLevel.Critical,
        OperationState.Completed => operation.Kind.IsRestore() ? NotificationLevel.Warning : NotificationLevel.Information,
        _ => NotificationLevel.Warning,
    };
}
