namespace MailBackup.Sources;

/// <summary>Opens the mail source that a configuration describes.</summary>
public static class MailSourceFactory
{
    /// <summary>Throws <c>SourceNotSet</c>, <c>SourceNotFound</c>, <c>ConfigurationInvalid</c>.</summary>
    public static IMailSource Open(SourceConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Func<string?, ProvisioningSnapshot?>? directory = configuration.Ldif is { } ldif ? new LdifProvisioning(ldif).Read : null;
        var target = configuration.Ldif is { } file ? new LdifDirectory(file) : null;
        if (configuration.Imap is not { Length: > 0 })
        {
            return new Maildir.MaildirSource(configuration, directory) { ProvisioningTarget = target };
        }

        Check(configuration);
        return new Imap.ImapSource(configuration, directory) { ProvisioningTarget = target };
    }

    /// <summary>Whether the words of the configuration make sense, without opening anything. Throws <c>ConfigurationInvalid</c>.</summary>
    public static void Check(SourceConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Imap is not { Length: > 0 })
        {
            return;
        }

        if (configuration.Maildir is not null)
        {
            throw new MailBackupException(
                ErrorIds.ConfigurationInvalid,
                $"Both the Maildir tree {configuration.Maildir} and the IMAP server {configuration.Imap} are named.",
                "A backup path has one source: name one of the two.",
                configuration.Imap);
        }

        Imap.ImapSettings.From(configuration);
    }
}
