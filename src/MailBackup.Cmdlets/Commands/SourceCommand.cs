using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Sources;

namespace MailBackup.Cmdlets;

/// <summary>The parameters that describe a mail source. What is not given stays as the backup path has it; an empty value takes it away.</summary>
public abstract class SourceCommand : BackupCommand
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Maildir { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Pattern { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? DefaultDomain { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Ldif { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Imap { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ImapUser { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ImapPasswordFile { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? ImapAccounts { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ImapLogin { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ImapAuthenticationCompleter))]
    public string? ImapAuthentication { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ImapTlsCompleter))]
    public string? ImapTls { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ImapCaFile { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ImapFingerprint { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ImapMaxConnections")]
    public int? MaxConnections { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ImapWatchConnections")]
    public int? WatchConnections { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ImapWatchFolders")]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? WatchFolders { get; set; }

    /// <summary>Seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ImapWatchInterval")]
    public int? WatchInterval { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool? ImapCompress { get; set; }

    /// <summary>A server takes the place of a tree, and a tree that of a server, unless both are given.</summary>
    private protected SourceConfiguration Merge(SourceConfiguration source) => source with
    {
        Maildir = Choose(nameof(Maildir), Full(Maildir), string.IsNullOrEmpty(Imap) ? source.Maildir : null),
        Imap = Choose(nameof(Imap), Imap, string.IsNullOrEmpty(Maildir) ? source.Imap : null),
        ImapUser = Choose(nameof(ImapUser), ImapUser, source.ImapUser),
        ImapPasswordFile = Choose(nameof(ImapPasswordFile), Full(ImapPasswordFile), source.ImapPasswordFile),
        ImapAccounts = Choose(nameof(ImapAccounts), Accounts, source.ImapAccounts),
        ImapLogin = Choose(nameof(ImapLogin), ImapLogin, source.ImapLogin),
        ImapAuthentication = Choose(nameof(ImapAuthentication), ImapAuthentication, source.ImapAuthentication),
        ImapTls = Choose(nameof(ImapTls), ImapTls, source.ImapTls),
        ImapCaFile = Choose(nameof(ImapCaFile), Full(ImapCaFile), source.ImapCaFile),
        ImapFingerprint = Choose(nameof(ImapFingerprint), ImapFingerprint, source.ImapFingerprint),
        ImapMaxConnections = MyInvocation.BoundParameters.ContainsKey(nameof(MaxConnections)) ? MaxConnections : source.ImapMaxConnections,
        ImapWatchConnections = MyInvocation.BoundParameters.ContainsKey(nameof(WatchConnections)) ? WatchConnections : source.ImapWatchConnections,
        ImapWatchFolders = Choose(nameof(WatchFolders), string.Join(", ", WatchFolders ?? []), source.ImapWatchFolders),
        ImapWatchInterval = MyInvocation.BoundParameters.ContainsKey(nameof(WatchInterval)) ? WatchInterval : source.ImapWatchInterval,
        ImapCompress = ImapCompress ?? source.ImapCompress,
        Pattern = Choose(nameof(Pattern), Pattern, source.Pattern),
        DefaultDomain = Choose(nameof(DefaultDomain), DefaultDomain, source.DefaultDomain),
        Ldif = Choose(nameof(Ldif), Full(Ldif), source.Ldif),
    };

    private string? Accounts => ImapAccounts is [['@', .. var file]] ? "@" + ResolvePath(file) : string.Join(", ", ImapAccounts ?? []);

    private string? Full(string? path) => string.IsNullOrEmpty(path) ? null : ResolvePath(path);

    private string? Choose(string parameter, string? given, string? kept) =>
        !MyInvocation.BoundParameters.ContainsKey(parameter) ? kept : string.IsNullOrEmpty(given) ? null : given;
}
