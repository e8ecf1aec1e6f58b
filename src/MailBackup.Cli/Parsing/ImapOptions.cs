using System.CommandLine;
using MailBackup.Sources;

namespace MailBackup.Cli.Parsing;

/// <summary>The options that describe an IMAP server as the source.</summary>
internal sealed class ImapOptions
{
    private readonly Option<string> _server = Text("--imap", "URL",
        "An IMAP server instead of a Maildir tree: imaps://HOST[:PORT], or imap://HOST[:PORT] for STARTTLS. It is remembered, as all that follows.");

    private readonly Option<string> _user = Text("--imap-user", "NAME", "The administrator who logs in and acts for each account.");

    private readonly Option<string> _passwordFile = Text("--imap-password-file", "FILE",
        "File whose first line is the password or token (mode 600). Default: the environment variable MAILBACKUP_IMAP_PASSWORD.");

    private readonly Option<string> _accounts = Text("--imap-accounts", "LIST",
        "Addresses and wildcards (*@example.com, chosen from the directory) with commas between, or @FILE. Default: all of the directory.");

    private readonly Option<string> _login = Text("--imap-login", "PATTERN",
        "What an account is called at the login: {account}, the default, {user}; \"{account}*{admin}\" where the server wants both in one name.");

    private readonly Option<string> _authentication = Text("--imap-authentication", "NAME", "plain, the default, login, xoauth2 or oauthbearer.");
    private readonly Option<string> _tls = Text("--imap-tls", "WHEN", "required, the default, or none.");
    private readonly Option<string> _caFile = Text("--imap-ca-file", "FILE", "Certificates (PEM) of the authorities to trust instead of the system's.");
    private readonly Option<string> _fingerprint = Text("--imap-fingerprint", "HEX", "SHA-256 fingerprint of the server's certificate; no authority is asked then.");
    private readonly Option<string> _connections = Text("--imap-max-connections", "NUMBER", "Connections to the server at one time, 2 to 64. Default: 8.");
    private readonly Option<string> _watchConnections = Text("--imap-watch-connections", "NUMBER",
        "Connections by which realtime follows accounts, 1 to 10000. Default: 100. Accounts beyond them are looked at in rounds.");

    private readonly Option<string> _watchFolders = Text("--imap-watch-folders", "LIST",
        "Folders that realtime follows at once where the server has IDLE and not NOTIFY, each by a connection an account. Default: INBOX.");

    private readonly Option<string> _watchInterval = Text("--imap-watch-interval", "SECONDS",
        "How often realtime looks at what the server does not tell by itself, 5 to 86400. Default: 300.");

    private readonly Option<bool?> _compress = new("--imap-compress") { Description = "Compress what is sent where the server can: for a slow line." };

    public ImapOptions(Command command)
    {
        foreach (var option in Texts)
        {
            command.Options.Add(option);
        }

        command.Options.Add(_compress);
    }

    private Option<string>[] Texts => [_server, _user, _passwordFile, _accounts, _login, _authentication, _tls, _caFile, _fingerprint, _connections,
        _watchConnections, _watchFolders, _watchInterval];

    public bool AnyGiven(ParseResult arguments) => Array.Exists(Texts, o => arguments.GetValue(o) is not null) || arguments.GetValue(_compress) is not null;

    /// <summary>What was given over what is remembered. A server takes the place of a Maildir tree. An empty text takes a setting away.</summary>
    public SourceConfiguration Over(SourceConfiguration source, ParseResult arguments)
    {
        string? server = arguments.GetValue(_server);
        return source with
        {
            Maildir = server is { Length: > 0 } ? null : source.Maildir,
            Imap = Choose(_server, source.Imap),
            ImapUser = Choose(_user, source.ImapUser),
            ImapPasswordFile = Absolute(Choose(_passwordFile, source.ImapPasswordFile)),
            ImapAccounts = Choose(_accounts, source.ImapAccounts) is ['@', .. var file] ? "@" + Path.GetFullPath(file) : Choose(_accounts, source.ImapAccounts),
            ImapLogin = Choose(_login, source.ImapLogin),
            ImapAuthentication = Choose(_authentication, source.ImapAuthentication),
            ImapTls = Choose(_tls, source.ImapTls),
            ImapCaFile = Absolute(Choose(_caFile, source.ImapCaFile)),
            ImapFingerprint = Choose(_fingerprint, source.ImapFingerprint),
            ImapMaxConnections = Number(_connections, source.ImapMaxConnections),
            ImapWatchConnections = Number(_watchConnections, source.ImapWatchConnections),
            ImapWatchFolders = Choose(_watchFolders, source.ImapWatchFolders),
            ImapWatchInterval = Number(_watchInterval, source.ImapWatchInterval),
            ImapCompress = arguments.GetValue(_compress) ?? source.ImapCompress,
        };

        int? Number(Option<string> option, int? remembered) => arguments.GetValue(option) is { } given ? Numbers.Parse(given, option.Name) : remembered;

        string? Choose(Option<string> option, string? remembered) =>
            arguments.GetValue(option) is not { } given ? remembered : given.Length == 0 ? null : given;
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);

    private static Option<string> Text(string name, string help, string description) => new(name) { Description = description, HelpName = help };
}
