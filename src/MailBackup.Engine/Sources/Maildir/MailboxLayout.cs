using System.Text.RegularExpressions;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// Finds the mailboxes under a root: in the two usual layouts, <c>{domain}/{user}/Maildir</c> and <c>{domain}/{user}</c>, told apart for each
/// user, or by a pattern of the administrator's with <c>{user}</c>, <c>{domain}</c> and <c>*</c> for any directory.
/// </summary>
internal sealed partial class MailboxLayout
{
    private const string NestedName = "Maildir";

    private readonly string _root;
    private readonly string? _defaultDomain;
    private readonly string[] _segments;
    private readonly int _userSegments;
    private readonly bool _detectNested;
    private readonly DirectorySpellings _spellings = new();

    public MailboxLayout(SourceConfiguration configuration)
    {
        string root = configuration.Maildir!.TrimEnd('/');
        _root = root.Length == 0 ? "/" : root;
        _defaultDomain = string.IsNullOrWhiteSpace(configuration.DefaultDomain) ? null : configuration.DefaultDomain.Trim();
        string pattern = string.IsNullOrWhiteSpace(configuration.Pattern) ? "{domain}/{user}" : configuration.Pattern.Trim().Trim('/');
        _detectNested = string.IsNullOrWhiteSpace(configuration.Pattern);
        _segments = pattern.Split('/');
        _userSegments = Array.FindLastIndex(_segments, s => s.Contains('{', StringComparison.Ordinal)) + 1;
        bool hasDomain = pattern.Contains("{domain}", StringComparison.Ordinal);
        if (!pattern.Contains("{user}", StringComparison.Ordinal) || (!hasDomain && _defaultDomain is null)
            || _segments.Any(s => s is "" or "." or ".." || Placeholder().Replace(s, "").IndexOfAny(['{', '}']) >= 0))
        {
            throw new MailBackupException(
                ErrorIds.ConfigurationInvalid, $"'{configuration.Pattern}' does not say where mailboxes lie.",
                "Write a pattern with {user} and {domain}, or with {user} and a default domain, for example '{domain}/{user}/mail'.",
                configuration.Pattern);
        }
    }

    public string Root => _root;

    /// <summary>How many directories lie between the root and a user's own, that one included.</summary>
    public int UserDepth => _userSegments;

    /// <summary>All mailboxes, in no particular order.</summary>
    public IEnumerable<Mailbox> FindAll() => Walk(_root, 0, null, null);

    /// <summary>Null when the account has no directory.</summary>
    public Mailbox? Find(string account) => Split(account) is var (user, domain) ? Walk(_root, 0, user, domain).FirstOrDefault() : null;

    /// <summary>
    /// Where the mailbox of a new account goes: as its neighbours lie, otherwise as the pattern says. Null when the address cannot be one of this
    /// layout.
    /// </summary>
    /// <param name="neighbour">The mailbox whose owner and mode a new one takes over; null when there is none.</param>
    public Mailbox? Place(string account, out Mailbox? neighbour)
    {
        neighbour = null;
        if (Split(account) is not var (user, domain) || _segments.Contains("*", StringComparer.Ordinal))
        {
            return null;
        }

        var parts = _segments.Select(s => Fill(s, user, domain)).ToArray();
        string userDirectory = _root + "/" + string.Join('/', parts.Take(_userSegments));
        string mailDirectory = _root + "/" + string.Join('/', parts);
        neighbour = Walk(_root, 0, null, domain).FirstOrDefault(HasMail) ?? FindAll().FirstOrDefault(HasMail);
        if (_detectNested)
        {
            bool flat = neighbour is not null && neighbour.MailDirectory == neighbour.UserDirectory;
            mailDirectory = flat ? userDirectory : userDirectory + "/" + NestedName;
        }

        return new Mailbox(account, userDirectory, mailDirectory);
    }

    public static bool HasMail(Mailbox mailbox) => IsDirectory(mailbox.MailDirectory, "cur");

    /// <summary>
    /// A link that leads nowhere is an error, not an absent mailbox: most likely a file system is not mounted, and everything on it would
    /// be taken for deleted.
    /// </summary>
    private static bool IsDirectory(string directory, string name)
    {
        if (FileStatus.TryGet(directory, name, out var status))
        {
            return status.IsDirectory;
        }

        return FileStatus.TryGet(directory, name, out var link, follow: false) && link.IsLink
            ? throw new PosixException(Errno.ENOENT, FileNames.Join(directory, name)) : false;
    }

    private (string User, string Domain)? Split(string account)
    {
        int at = account.LastIndexOf('@');
        if (at <= 0 || at == account.Length - 1)
        {
            return null;
        }

        var (user, domain) = (account[..at], account[(at + 1)..]);
        bool hasDomain = _segments.Any(s => s.Contains("{domain}", StringComparison.Ordinal));
        bool ours = hasDomain || domain.Equals(_defaultDomain, StringComparison.OrdinalIgnoreCase);
        return ours && IsSafe(user) && IsSafe(domain) ? (user, domain) : null;
    }

    private static bool IsSafe(string name) => name[0] != '.' && !name.Any(c => c == '/' || char.IsControl(c));

    private static string Fill(string segment, string user, string domain) =>
        segment.Replace("{user}", user, StringComparison.Ordinal).Replace("{domain}", domain, StringComparison.Ordinal);

    /// <summary>Goes down the tree along the pattern; what is known of user and domain needs no listing.</summary>
    private IEnumerable<Mailbox> Walk(string directory, int depth, string? user, string? domain)
    {
        if (depth == _userSegments)
        {
            string address = (user ?? "") + "@" + (domain ?? _defaultDomain);
            return Recognize(address, directory) is { } mailbox ? [mailbox] : [];
        }

        string segment = _segments[depth];
        bool open = segment == "*" || (user is null && segment.Contains("{user}", StringComparison.Ordinal))
            || (domain is null && segment.Contains("{domain}", StringComparison.Ordinal));
        if (open)
        {
            return Match(directory, depth, segment, user, domain);
        }

        string known = Fill(segment, user ?? "", domain ?? "");
        string? name = IsDirectory(directory, known) ? known : _spellings.Find(directory, known, Subdirectories);
        return name is null ? [] : Walk(directory + "/" + name, depth + 1, user, domain);
    }

    private IEnumerable<Mailbox> Match(string directory, int depth, string segment, string? user, string? domain)
    {
        string expression = Regex.Escape(segment).Replace("\\*", ".+", StringComparison.Ordinal)
            .Replace("\\{user}", user is null ? "(?<user>.+)" : Regex.Escape(user), StringComparison.Ordinal)
            .Replace("\\{domain}", domain is null ? "(?<domain>.+)" : Regex.Escape(domain), StringComparison.Ordinal);
        var match = new Regex($"^{expression}$", RegexOptions.CultureInvariant | RegexOptions.Singleline);
        foreach (string name in Subdirectories(directory))
        {
            if (match.Match(name) is { Success: true } found)
            {
                string? foundUser = found.Groups["user"] is { Success: true } u ? u.Value : user;
                string? foundDomain = found.Groups["domain"] is { Success: true } d ? d.Value : domain;
                foreach (var mailbox in Walk(directory + "/" + name, depth + 1, foundUser, foundDomain))
                {
                    yield return mailbox;
                }
            }
        }
    }

    private Mailbox? Recognize(string account, string userDirectory)
    {
        var mailbox = new Mailbox(account, userDirectory, userDirectory);
        if (!_detectNested)
        {
            mailbox = mailbox with { MailDirectory = string.Join('/', [userDirectory, .. _segments[_userSegments..]]) };
        }
        else if (IsDirectory(userDirectory + "/" + NestedName, "cur") || !IsDirectory(userDirectory, "cur"))
        {
            mailbox = mailbox with { MailDirectory = userDirectory + "/" + NestedName };
        }

        bool any = HasMail(mailbox) || (mailbox.MailDirectory != userDirectory && IsDirectory(mailbox.MailDirectory, ""))
            || IsDirectory(userDirectory, Mailbox.Contacts) || IsDirectory(userDirectory, Mailbox.Calendars)
            || IsDirectory(userDirectory, Mailbox.Files);
        return any ? mailbox : null;
    }

    // What a file system keeps for itself, or an administrator hides, is nobody's mailbox.
    private static IEnumerable<string> Subdirectories(string directory)
    {
        using var reader = DirectoryReader.TryOpen(directory);
        while (reader is not null && reader.Next())
        {
            if (reader.MayBeDirectory && reader.Name[0] != '.' && !reader.Name.SequenceEqual("lost+found"u8))
            {
                string name = reader.NameText;
                if (IsDirectory(directory, name))
                {
                    yield return name;
                }
            }
        }
    }

    [GeneratedRegex(@"\{user\}|\{domain\}")]
    private static partial Regex Placeholder();
}
