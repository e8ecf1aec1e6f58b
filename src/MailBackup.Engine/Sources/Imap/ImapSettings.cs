using System.Globalization;
using MailBackup.Configuration;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap;

/// <summary>The configuration of an IMAP server, checked. The password is read when it is needed and nowhere kept but in memory.</summary>
internal sealed record ImapSettings
{
    /// <summary>The environment variable that holds the password where no file does.</summary>
    public const string PasswordVariable = "MAILBACKUP_IMAP_PASSWORD";

    public const string Account = "{account}";
    public const string AdministratorPlace = "{admin}";
    public const int DefaultConnections = 8;
    public const int DefaultWatchConnections = 100;

    // Each is a connection an account, and servers allow an account about ten.
    private const int MostWatchFolders = 5;

    public static readonly TimeSpan DefaultWatchInterval = TimeSpan.FromMinutes(5);

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required ImapTls Tls { get; init; }

    /// <summary>Who logs in and acts for each account.</summary>
    public required string Administrator { get; init; }

    /// <summary>What an account is called at the login: <c>{account}</c>, <c>{user}</c>, <c>{account}*{admin}</c>.</summary>
    public string Login { get; init; } = Account;

    /// <summary><c>plain</c>, <c>login</c>, <c>xoauth2</c> or <c>oauthbearer</c>.</summary>
    public string Mechanism { get; init; } = "plain";

    public string? PasswordFile { get; init; }

    /// <summary>A file with the certificates, in PEM, of which one must have signed the server's.</summary>
    public string? CaFile { get; init; }

    /// <summary>SHA-256 of the server's certificate, 64 hexadecimal digits; then nothing else about it matters.</summary>
    public string? Fingerprint { get; init; }

    public int MaxConnections { get; init; } = DefaultConnections;

    public bool Compress { get; init; }

    /// <summary>Connections that realtime may have open at one time.</summary>
    public int WatchConnections { get; init; } = DefaultWatchConnections;

    /// <summary>Paths of the folders that are followed at once where the server has IDLE only; each takes a connection an account.</summary>
    public IReadOnlyList<string> WatchFolders { get; init; } = [FolderNames.Inbox];

    /// <summary>How often an account is looked at of which the server does not tell everything.</summary>
    public TimeSpan WatchInterval { get; init; } = DefaultWatchInterval;

    /// <summary>For people: <c>imaps://mail.example.com:993</c>.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"{(Tls == ImapTls.Implicit ? "imaps" : "imap")}://{Host}:{Port}");

    /// <summary>Throws <c>ConfigurationInvalid</c>.</summary>
    public static ImapSettings From(SourceConfiguration source)
    {
        if (!Uri.TryCreate(source.Imap, UriKind.Absolute, out var url) || url.Scheme is not ("imap" or "imaps") || url.Host.Length == 0
            || url.UserInfo.Length > 0 || url.PathAndQuery.Trim('/').Length > 0)
        {
            throw Invalid($"'{source.Imap}' is no address of an IMAP server.", "Write it as imaps://HOST, imaps://HOST:PORT or, for STARTTLS, imap://HOST.", source.Imap);
        }

        bool implicitTls = url.Scheme == "imaps";
        string? tls = source.ImapTls?.ToLowerInvariant();
        if (tls is not (null or "none" or "required"))
        {
            throw Invalid($"'{source.ImapTls}' is no way to encrypt.", "Say required, the default, or none.", source.ImapTls);
        }

        if (tls == "none" && implicitTls)
        {
            throw Invalid($"{source.Imap} is encrypted from the first byte.", "Write imap:// for a connection without encryption.", source.Imap);
        }

        string mechanism = source.ImapAuthentication?.ToLowerInvariant() ?? "plain";
        if (mechanism is not ("plain" or "login" or "xoauth2" or "oauthbearer"))
        {
            throw Invalid($"'{source.ImapAuthentication}' is no way to log in that is known here.", "Say plain, login, xoauth2 or oauthbearer.", source.ImapAuthentication);
        }

        if (string.IsNullOrWhiteSpace(source.ImapUser))
        {
            throw Invalid($"Nobody is named to log in at {source.Imap}.", "Name the administrator who acts for the accounts with --imap-user.", source.Imap);
        }

        string login = source.ImapLogin is { Length: > 0 } pattern ? pattern : Account;
        if (!login.Contains(Account, StringComparison.Ordinal) && !login.Contains("{user}", StringComparison.Ordinal))
        {
            throw Invalid($"The login '{login}' is the same for every account.", "Put {account} or {user} into it.", login);
        }

        string? fingerprint = source.ImapFingerprint?.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (fingerprint is { Length: > 0 } && (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit)))
        {
            throw Invalid($"'{source.ImapFingerprint}' is no SHA-256 fingerprint.", "Give its 64 hexadecimal digits, with or without colons.", source.ImapFingerprint);
        }

        int connections = source.ImapMaxConnections ?? DefaultConnections;
        if (connections is < 2 or > 64)
        {
            throw Invalid($"{connections} connections are not possible.", "Give between 2 and 64.", connections);
        }

        int watch = source.ImapWatchConnections ?? DefaultWatchConnections;
        if (watch is < 1 or > 10_000)
        {
            throw Invalid($"{watch} connections to follow changes are not possible.", "Give between 1 and 10000.", watch);
        }

        int seconds = source.ImapWatchInterval ?? (int)DefaultWatchInterval.TotalSeconds;
        if (seconds is < 5 or > 86_400)
        {
            throw Invalid($"Accounts cannot be looked at every {seconds} seconds.", "Give between 5 and 86400 seconds.", seconds);
        }

        string[] folders = [.. (source.ImapWatchFolders ?? FolderNames.Inbox).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(f => f.Equals(FolderNames.Inbox, StringComparison.OrdinalIgnoreCase) ? FolderNames.Inbox : f).Distinct(StringComparer.Ordinal)];
        if (folders.Length is 0 or > MostWatchFolders)
        {
            throw Invalid(
                $"'{source.ImapWatchFolders}' names {folders.Length} folders to follow.", $"Name between 1 and {MostWatchFolders} with commas between them: INBOX, Sent.", source.ImapWatchFolders);
        }

        return new ImapSettings
        {
            Host = url.IdnHost,
            Port = url.IsDefaultPort || url.Port <= 0 ? (implicitTls ? 993 : 143) : url.Port,
            Tls = implicitTls ? ImapTls.Implicit : tls == "none" ? ImapTls.None : ImapTls.StartTls,
            Administrator = source.ImapUser.Trim(),
            Login = login,
            Mechanism = mechanism,
            PasswordFile = source.ImapPasswordFile is { Length: > 0 } file ? file : null,
            CaFile = source.ImapCaFile is { Length: > 0 } ca ? ca : null,
            Fingerprint = fingerprint is { Length: > 0 } ? fingerprint : null,
            MaxConnections = connections,
            Compress = source.ImapCompress,
            WatchConnections = watch,
            WatchFolders = folders,
            WatchInterval = TimeSpan.FromSeconds(seconds),
        };
    }

    /// <summary>What an account is called at the login.</summary>
    public string LoginOf(string account)
    {
        int at = account.LastIndexOf('@');
        return Login.Replace(Account, account, StringComparison.Ordinal)
            .Replace("{user}", at < 0 ? account : account[..at], StringComparison.Ordinal)
            .Replace("{domain}", at < 0 ? "" : account[(at + 1)..], StringComparison.Ordinal)
            .Replace(AdministratorPlace, Administrator, StringComparison.Ordinal);
    }

    /// <summary>What servers call the account itself where they list rights: its address, its login, either without the domain, <c>owner</c>.</summary>
    public IReadOnlySet<string> OwnerNames(string account) => new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        account, account.Split('@')[0], LoginOf(account).Split('*')[0], "owner", "#owner",
    };

    /// <summary>Throws <c>PasswordFileUnusable</c>.</summary>
    public string ReadPassword() => Secret.Read(PasswordFile, PasswordVariable, $"{Administrator} at {Url}", "--imap-password-file");

    private static MailBackupException Invalid(string problem, string action, object? target) => new(ErrorIds.ConfigurationInvalid, problem, action, target);
}
