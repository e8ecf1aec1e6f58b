using System.Management.Automation;
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

    private protected SourceConfiguration Merge(SourceConfiguration source) => source with
    {
        Maildir = Choose(nameof(Maildir), Full(Maildir), source.Maildir),
        Pattern = Choose(nameof(Pattern), Pattern, source.Pattern),
        DefaultDomain = Choose(nameof(DefaultDomain), DefaultDomain, source.DefaultDomain),
        Ldif = Choose(nameof(Ldif), Full(Ldif), source.Ldif),
    };

    private string? Full(string? path) => string.IsNullOrEmpty(path) ? null : ResolvePath(path);

    private string? Choose(string parameter, string? given, string? kept) =>
        !MyInvocation.BoundParameters.ContainsKey(parameter) ? kept : string.IsNullOrEmpty(given) ? null : given;
}
