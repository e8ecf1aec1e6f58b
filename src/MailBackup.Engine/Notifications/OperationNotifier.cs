using MailBackup.Configuration;
using MailBackup.Operations;

namespace MailBackup.Notifications;

/// <summary>
/// Sends the mails about operations: of a restore when it begins and when it ends, of anything else when it ends, to those whom its request
/// names; to the configured administrators of every restore and of whatever did not go well.
/// </summary>
/// <param name="configure">Reads the configuration as it is now: an operation may have waited in the queue for hours.</param>
internal sealed class OperationNotifier(string backupPath, Func<NotificationConfiguration> configure) : IOperationObserver
{
    public Task<string?> StartedAsync(Operation operation) =>
        operation.Kind.IsRestore() ? SendAsync(operation, c => c.To) : Task.FromResult<string?>(null);

    public Task<string?> EndedAsync(Operation operation) => SendAsync(
        operation, c => operation.Kind.IsRestore() || operation.State != OperationState.Completed ? c.To : []);

    private async Task<string?> SendAsync(Operation operation, Func<NotificationConfiguration, IReadOnlyList<string>> administrators)
    {
        try
        {
            var configuration = configure();
            var named = OperationRequestJson.ReadNotify(operation.Parameters);
            if (configuration.SmtpServer is null && named.Count == 0)
            {
                return null;
            }

            var recipients = named.Concat(administrators(configuration)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            if (recipients.Count > 0)
            {
                await new SmtpMailer(configuration).SendAsync(
                    recipients, OperationMail.Subject(operation), OperationMail.Body(operation, backupPath), CancellationToken.None).ConfigureAwait(false);
            }

            return null;
        }
        catch (MailBackupException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // An address that is none in a configuration written by hand, a relay's certificate: never the operation's failure.
            return $"The mail about this operation could not be sent: {e.Message} Send a test with 'mailbackup config --test-notification'.";
        }
    }
}
