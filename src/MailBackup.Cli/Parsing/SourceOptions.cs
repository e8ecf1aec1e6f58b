using System.CommandLine;
using MailBackup.Sources;

namespace MailBackup.Cli.Parsing;

/// <summary>The options that say which server is backed up; <c>init</c> and <c>scan</c> have them.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string> _maildir = new("--maildir", "-m")
    {
        Description = "Root of the Maildir tree ({domain}/{user}/Maildir, or {domain}/{user}). It is remembered.",
        HelpName = "FOLDER",
    };

    private readonly Option<string> _ldif = new("--ldif")
    {
        Description = "LDIF file with accounts, distribution lists, domains and classes of service. It is remembered.",
        HelpName = "FILE",
    };

    private readonly Option<string> _pattern = new("--pattern")
    {
        Description = "Where mailboxes lie under the root when it is neither of those: \"{user}/mail\", \"vhosts/{domain}/{user}\".",
        HelpName = "PATTERN",
    };

    private readonly Option<string> _defaultDomain = new("--default-domain")
    {
        Description = "The domain of accounts whose path does not name one.",
        HelpName = "DOMAIN",
    };

    private readonly ImapOptions _imap;

    public SourceOptions(Command command)
    {
        command.Options.Add(_maildir);
        command.Options.Add(_ldif);
        command.Options.Add(_pattern);
        command.Options.Add(_defaultDomain);
        _imap = new ImapOptions(command);
    }

    public bool AnyGiven(ParseResult arguments) =>
        (arguments.GetValue(_maildir) ?? arguments.GetValue(_ldif) ?? arguments.GetValue(_pattern) ?? arguments.GetValue(_defaultDomain)) is not null
        || _imap.AnyGiven(arguments);

    /// <summary>
    /// The remembered source with what was given put over it, absolute. What was given must exist: a slip of the pen is found before it is
    /// remembered. Throws <c>SourceNotFound</c>, <c>ConfigurationInvalid</c>.
    /// </summary>
    public SourceConfiguration Over(SourceConfiguration remembered, ParseResult arguments)
    {
        string? maildir = Absolute(arguments.GetValue(_maildir), "--maildir");
        string? ldif = Absolute(arguments.GetValue(_ldif), "--ldif");
        if (maildir is not null && !Directory.Exists(maildir))
        {
            throw NotFound($"The folder {maildir} does not exist.", "Give --maildir the root of the mail server's Maildir tree.", maildir);
        }

        if (ldif is not null && !File.Exists(ldif))
        {
            throw NotFound($"The file {ldif} does not exist.", "Give --ldif a file that the directory was exported to.", ldif);
        }

        var source = _imap.Over(remembered, arguments) with
        {
            Ldif = ldif ?? remembered.Ldif,
            Pattern = arguments.GetValue(_pattern) ?? remembered.Pattern,
            DefaultDomain = arguments.GetValue(_defaultDomain) ?? remembered.DefaultDomain,
        };
        if (maildir is not null)
        {
            // A tree takes the place of a remembered server; both at once are refused.
            source = source with { Maildir = maildir, Imap = source.Imap == remembered.Imap ? null : source.Imap };
        }

        if (source.Imap is not null)
        {
            MailSourceFactory.Check(source);
        }

        return source;
    }

    private static string? Absolute(string? path, string option)
    {
        if (path is null)
        {
            return null;
        }

        return path.Length > 0
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
            : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{option} is empty.", "Give a path.");
    }

    private static MailBackupException NotFound(string message, string action, string path) =>
        new(ErrorIds.SourceNotFound, message, action, path);
}
