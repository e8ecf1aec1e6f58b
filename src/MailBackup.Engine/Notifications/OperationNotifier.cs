using MailBackup.Operations;

namespace MailBackup.Notifications;

/// <summary>Tells of operations: of a restore when it begins and when it ends, of anything else when it ends; those whom its request names whatever came of it.</summary>
internal sealed class OperationNotifier(string backupPath, Notifier notifier) : IOperationObserver
{
    public Task<string?> StartedAsync(Operation operation) => SendAsync(OperationNotices.OfStart(operation, backupPath), operation);

    public Task<string?> EndedAsync(Operation operation) => SendAsync(OperationNotices.OfEnd(operation, backupPath), operation);

    private async Task<string?> SendAsync(Notice? notice, Operation operation) =>
        notice is null ? null : await notifier.SendAsync(notice, OperationRequestJson.ReadNotify(operation.Parameters)).ConfigureAwait(false);
}
