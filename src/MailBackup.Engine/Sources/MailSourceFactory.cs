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

        return configuration.Maildir is null ? new Imap.ImapSource(configuration, directory) { ProvisioningTarget = target } : throw new MailBackupException(
            ErrorIds.ConfigurationInvalid,
            $"Both the Maildir tree {configuration.Maildir} and the IMAP server {configuration.Imap} are named.",
            "A backup path has one source: take one of the two away with an empty value.",
            configuration.Imap);
    }
}
