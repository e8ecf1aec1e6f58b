namespace MailBackup.Sources;

/// <summary>Opens the mail source that a configuration describes.</summary>
public static class MailSourceFactory
{
    /// <summary>Throws <c>SourceNotSet</c>, <c>SourceNotFound</c>.</summary>
    public static IMailSource Open(SourceConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Func<string?, ProvisioningSnapshot?>? directory = configuration.Ldif is { } ldif ? new LdifProvisioning(ldif).Read : null;
        return new Maildir.MaildirSource(configuration, directory)
        {
            ProvisioningTarget = configuration.Ldif is { } file ? new LdifDirectory(file) : null,
        };
    }
}
