using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Writes the backup as it is now into a folder, in a layout that needs no tool of ours: a JSON file an item, a gzip file a content.</summary>
[Cmdlet(VerbsData.Export, "Backup", SupportsShouldProcess = true)]
[OutputType(typeof(BackupOperation))]
public sealed class ExportBackupCommand : OperationCommand
{
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(DomainCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Domain { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(CosCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Cos { get; set; }

    /// <summary>Megabytes that must stay free on the device of the destination.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue >> 20)]
    public long FreeSpaceThreshold { get; set; }

    /// <summary>Accounts, domains, classes of service and lists only.</summary>
    [Parameter]
    public SwitchParameter SkipItem { get; set; }

    /// <summary>Contents that cannot be read after which the export gives up; 0 never does.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ReadErrorThreshold { get; set; }

    private readonly Dictionary<string, HashSet<string>> _domains = new(StringComparer.Ordinal);

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        if (!_domains.TryGetValue(path, out var domains))
        {
            _domains.Add(path, domains = new(StringComparer.OrdinalIgnoreCase));
        }

        domains.UnionWith(Domain ?? []);
    }

    protected override void End()
    {
        if (_domains.Count > 1)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "Domains of several backup paths cannot be exported into one folder.", "Export each backup path by itself.", Destination);
        }

        foreach (var (path, domains) in _domains)
        {
            string destination = ResolvePath(Destination);
            string what = domains.Count > 0 ? $"{path} ({string.Join(", ", domains)})" : path;
            if (ShouldProcess(what, $"Export to {destination}"))
            {
                var request = new BackupExportRequest
                {
                    Destination = destination,
                    Domains = [.. domains],
                    ClassesOfService = Cos ?? [],
                    FreeSpaceThreshold = FreeSpaceThreshold,
                    SkipItems = SkipItem,
                    ReadErrorThreshold = ReadErrorThreshold,
                };
                Start(path, request, failureEnds: true);
            }
        }
    }
}
