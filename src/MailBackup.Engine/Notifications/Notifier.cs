using MailBackup.Configuration;

namespace MailBackup.Notifications;

/// <summary>Tells administrators: by mail, and by the hook. Whatever fails here is a warning and nothing more.</summary>
/// <param name="configure">Reads the configuration as it is now: an operation may have waited in the queue for hours.</param>
internal sealed class Notifier(string backupPath, Func<NotificationConfiguration> configure)
{
    /// <param name="named">Those who asked for it; they are told whatever the level.</param>
    /// <returns>Never an error of its own. What could not be told, in one sentence or more; null when all was.</returns>
    public async Task<string?> SendAsync(Notice notice, IReadOnlyList<string> named)
    {
        NotificationConfiguration configuration;
        try
        {
            configuration = configure();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Words(e);
        }

        bool matters = notice.Level >= configuration.Level;
        var warnings = new List<string>(2);
        await Try(() => MailAsync(configuration, notice, named, matters)).ConfigureAwait(false);
        if (matters && configuration.HookCommand is not null)
        {
            await Try(() => new HookRunner(configuration, backupPath).RunAsync(notice, CancellationToken.None)).ConfigureAwait(false);
        }

        return warnings.Count == 0 ? null : string.Join(' ', warnings);

        async Task Try(Func<Task> tell)
        {
            try
            {
                await tell().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Also what nobody thought of: one way of telling must not stand in the way of the other, nor of what is told.
                warnings.Add(Words(e));
            }
        }
    }

    private static string Words(Exception e) => e is MailBackupException ? e.Message
        : $"A notification could not be sent: {e.GetType().Name}: {e.Message} Try it with 'mailbackup config --test-mail' and 'mailbackup config --test-hook'.";

    private static async Task MailAsync(NotificationConfiguration configuration, Notice notice, IReadOnlyList<string> named, bool matters)
    {
        if (configuration.SmtpServer is null && named.Count == 0)
        {
            return;
        }

        var recipients = named.Concat(matters ? configuration.To : []).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (recipients.Count > 0)
        {
            await new SmtpMailer(configuration).SendAsync(recipients, notice.Subject, notice.Text, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
