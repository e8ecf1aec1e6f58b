using System.Net;
using System.Net.Mail;
using System.Security.Authentication;
using System.Text;
using MailBackup.Configuration;

namespace MailBackup.Notifications;

/// <summary>Hands mails to the configured relay (RFC 5321).</summary>
internal sealed class SmtpMailer(NotificationConfiguration configuration)
{
    /// <summary>An operation waits for its mails; a relay that is down must not hold it up for long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Errors: <c>NotificationNotSet</c>, <c>NotificationFailed</c>, <c>PasswordFileUnusable</c>. A recipient that is no address, or is refused, costs the others nothing.
    /// </summary>
    public async Task SendAsync(IReadOnlyCollection<string> recipients, string subject, string body, CancellationToken token)
    {
        if (configuration is not { SmtpServer: { Length: > 0 } server, From: { Length: > 0 } from })
        {
            throw NotSet();
        }

        if (!MailAddress.TryCreate(from, out var sender))
        {
            throw Invalid(from);
        }

        using var message = new MailMessage
        {
            From = sender,
            Subject = subject,
            SubjectEncoding = Encoding.UTF8,
            Body = body,
            BodyEncoding = Encoding.UTF8,
        };

        // RFC 3834: no answering machine is to answer it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        string? invalid = null;
        foreach (string recipient in recipients)
        {
            if (MailAddress.TryCreate(recipient, out var to))
            {
                message.To.Add(to);
            }
            else
            {
                invalid ??= recipient;
            }
        }

        if (message.To.Count > 0)
        {
            await SendAsync(server, message, token).ConfigureAwait(false);
        }

        if (invalid is not null)
        {
            throw Invalid(invalid);
        }
    }

    private async Task SendAsync(string server, MailMessage message, CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new SmtpClient(server, configuration.SmtpPort) { EnableSsl = configuration.SmtpStartTls };
            if (configuration.SmtpUser is { Length: > 0 } user)
            {
                client.Credentials = new NetworkCredential(
                    user, Secret.Read(configuration.SmtpPasswordFile, NotificationConfiguration.PasswordVariable, $"{user} at {server}", "mailbackup config --smtp-password-file"));
            }

            await client.SendMailAsync(message, patience.Token).ConfigureAwait(false);
        }
        catch (SmtpFailedRecipientException e)
        {
            // The others have got it.
            throw Failed(server, $"it refused {e.FailedRecipient}: {e.Message}", e);
        }
        catch (SmtpException e)
        {
            throw Failed(server, (e.InnerException ?? e).Message, e);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
        {
            // A certificate that nobody vouches for comes as it is, not as an SmtpException.
            throw Failed(server, e.Message.TrimEnd('.'), e);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw Failed(server, $"it did not answer within {Patience.TotalSeconds:0} seconds", e);
        }
    }

    public static MailBackupException NotSet() => new(
        ErrorIds.NotificationNotSet,
        "No mail relay and sender are configured.",
        "Set them with 'mailbackup config --smtp-server HOST --notification-from ADDRESS'.");

    /// <summary>Throws <c>ArgumentInvalid</c> for what is no single mail address.</summary>
    public static void CheckAddress(string address)
    {
        if (!MailAddress.TryCreate(address, out var parsed) || parsed.Address != address.Trim() || !parsed.Host.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '[' or ']' or ':'))
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{address}' is no mail address.", "Write it as user@example.org.", address);
        }
    }

    private static MailBackupException Invalid(string address) => new(
        ErrorIds.NotificationFailed, $"'{address}' in the configuration is no mail address.", "Correct it with 'mailbackup config --notification-from' or '--notification-to'.", address);

    private static MailBackupException Failed(string server, string problem, Exception inner) => new(
        ErrorIds.NotificationFailed,
        $"The mail relay {server} has not taken the mail: {problem}.".Replace("..", ".", StringComparison.Ordinal),
        "Check the relay and its settings with 'mailbackup config --test-mail'.",
        server,
        inner);
}
