using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Configuration;

namespace MailBackup.Cmdlets;

/// <summary>Changes the configuration of a backup path. Not queued: takes effect at once. What is not given stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "BackupConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(NodeConfiguration))]
public sealed class SetBackupConfigurationCommand : BackupCommand
{
    /// <summary>Days that a deleted item is kept; 0 is for ever.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    public int DataRetentionDays { get; set; }

    /// <summary>Days that a deleted account is kept; 0 is for ever.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    public int AccountRetentionDays { get; set; }

    /// <summary>Item errors after which a scan gives up; 0 never does.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    public int ReadErrorThreshold { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var old = node.Configuration;
        var configuration = old with
        {
            DataRetentionDays = Choose(nameof(DataRetentionDays), DataRetentionDays, old.DataRetentionDays),
            AccountRetentionDays = Choose(nameof(AccountRetentionDays), AccountRetentionDays, old.AccountRetentionDays),
            ReadErrorThreshold = Choose(nameof(ReadErrorThreshold), ReadErrorThreshold, old.ReadErrorThreshold),
        };
        string change = Describe(old, configuration);
        if (change.Length > 0 && ShouldProcess(node.Path, change))
        {
            node.SaveConfiguration(configuration);
            old = configuration;
        }

        if (PassThru)
        {
            WriteObject(ItemObject.Create(old, node.Path));
        }
    }

    private static string Describe(NodeConfiguration old, NodeConfiguration now) => string.Join(", ", new[]
    {
        Change(nameof(DataRetentionDays), old.DataRetentionDays, now.DataRetentionDays),
        Change(nameof(AccountRetentionDays), old.AccountRetentionDays, now.AccountRetentionDays),
        Change(nameof(ReadErrorThreshold), old.ReadErrorThreshold, now.ReadErrorThreshold),
    }.OfType<string>());

    private static string? Change(string name, int old, int now) => old == now ? null : $"Set {name} from {old} to {now}";

    private int Choose(string parameter, int given, int kept) => MyInvocation.BoundParameters.ContainsKey(parameter) ? given : kept;
}
