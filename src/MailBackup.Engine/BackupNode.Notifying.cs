using MailBackup.Configuration;
using MailBackup.Notifications;

namespace MailBackup;

/// <content>Who is told of what happens, and whether that works.</content>
public sealed partial class BackupNode
{
    /// <summary>
    /// Sends a mail that tells nothing but that the relay takes it. Errors: <c>NotificationNotSet</c>, <c>NotificationFailed</c>,
    /// <c>PasswordFileUnusable</c>, <c>ArgumentInvalid</c>.
    /// </summary>
    /// <param name="recipients">None: the configured administrators.</param>
    /// <returns>Whom it was sent to.</returns>
    public async Task<IReadOnlyList<string>> SendTestMailAsync(IReadOnlyList<string> recipients, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        var configuration = Configuration.Notification;
        var to = recipients.Count > 0 ? recipients : configuration.To;
        if (to.Count == 0)
        {
            throw SmtpMailer.NotSet();
        }

        foreach (string address in to)
        {
            SmtpMailer.CheckAddress(address);
        }

        await new SmtpMailer(configuration).SendAsync(
            to, $"MailBackup on {Environment.MachineName}: test", $"This relay takes mails about the backup path {Path}.\r\n", token).ConfigureAwait(false);
        return to;
    }

    /// <summary>
    /// Runs the hook with a notification that tells nothing but that it works, whatever the level. Errors: <c>NotificationNotSet</c>, <c>HookUnusable</c>,
    /// <c>HookFailed</c>.
    /// </summary>
    /// <returns>The program that was run.</returns>
    public async Task<string> RunTestHookAsync(CancellationToken token)
    {
        RefuseForeign();
        var configuration = Configuration.Notification;
        string command = configuration.HookCommand ?? throw new MailBackupException(
            ErrorIds.NotificationNotSet, "No hook is configured.", "Set one with 'mailbackup config --hook-command FILE'.");
        var notice = new Notice(NotificationLevel.Information, "Test", Notice.Prefix + "test", $"This hook takes notifications about the backup path {Path}.\r\n");
        await new HookRunner(configuration, Path).RunAsync(notice, token).ConfigureAwait(false);
        return command;
    }

    /// <summary>Tells administrators of what is no operation.</summary>
    internal Task<string?> NotifyAsync(Notice notice) => _notifier.SendAsync(notice, []);

    /// <summary>Better told when it is set than when it is needed. One that has gone since must not stand in the way of other changes.</summary>
    private static void CheckHook(NodeConfiguration configuration, NodeConfiguration old)
    {
        if (configuration.Notification.HookTimeoutSeconds is < 1 or > 600)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "A hook has from 1 to 600 seconds.", "Give another number.");
        }

        if (configuration.MetricsPort is < 0 or > 65535)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, FormattableString.Invariant($"{configuration.MetricsPort} is no port."), "Give a number up to 65535; 0 gives no metrics.");
        }

        if (configuration.Notification.HookCommand is { } command && command != old.Notification.HookCommand)
        {
            HookFile.Resolve(command);
        }
    }
}
