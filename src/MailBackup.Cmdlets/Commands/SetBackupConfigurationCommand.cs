using System.Globalization;
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

    /// <summary>Index the words of items after every scan; $false removes the index.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool SearchIndex { get; set; }

    /// <summary>A scan that deletes or rewrites more of an account than this share puts it on hold; 0 never does.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 100)]
    public int MassChangePercent { get; set; }

    /// <summary>… and at least this many items.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    public int MassChangeMinimum { get; set; }

    /// <summary>A purge writes a bundle anew when at least this share of it, in percent, is no longer needed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 100)]
    public int PurgeCompactionPercent { get; set; }

    /// <summary>Hours that a bundle stays after it is no longer needed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 24 * 365)]
    public int PurgeGraceHours { get; set; }

    /// <summary>Host of the mail relay; empty sends no mail.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? SmtpServer { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int SmtpPort { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool SmtpStartTls { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? SmtpUser { get; set; }

    /// <summary>A file whose first line is the relay's password, readable by its owner alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? SmtpPasswordFile { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? NotificationFrom { get; set; }

    /// <summary>Administrators who hear of what is at least of the notification level.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] NotificationTo { get; set; } = [];

    /// <summary>The least of which administrators and the hook are told.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public NotificationLevel NotificationLevel { get; set; }

    /// <summary>Program that is run with each notification, by its absolute path; empty runs none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? HookCommand { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] HookArgument { get; set; } = [];

    /// <summary>Seconds after which the hook is ended.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 600)]
    public int HookTimeout { get; set; }

    /// <summary>Port of the loopback addresses where the service gives metrics to Prometheus; 0 gives none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 65535)]
    public int MetricsPort { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var old = node.RefreshConfiguration();
        string change = Describe(old, Change(old));
        if (change.Length > 0 && ShouldProcess(node.Path, change))
        {
            node.UpdateConfiguration(Change);
        }

        if (PassThru)
        {
            WriteObject(ItemObject.Create(node.Configuration, node.Path));
        }
    }

    private NodeConfiguration Change(NodeConfiguration old) => old with
    {
        DataRetentionDays = Choose(nameof(DataRetentionDays), DataRetentionDays, old.DataRetentionDays),
        AccountRetentionDays = Choose(nameof(AccountRetentionDays), AccountRetentionDays, old.AccountRetentionDays),
        ReadErrorThreshold = Choose(nameof(ReadErrorThreshold), ReadErrorThreshold, old.ReadErrorThreshold),
        SearchIndex = Choose(nameof(SearchIndex), SearchIndex, old.SearchIndex),
        MassChangePercent = Choose(nameof(MassChangePercent), MassChangePercent, old.MassChangePercent),
        MassChangeMinimum = Choose(nameof(MassChangeMinimum), MassChangeMinimum, old.MassChangeMinimum),
        PurgeCompactionPercent = Choose(nameof(PurgeCompactionPercent), PurgeCompactionPercent, old.PurgeCompactionPercent),
        PurgeGraceHours = Choose(nameof(PurgeGraceHours), PurgeGraceHours, old.PurgeGraceHours),
        MetricsPort = Choose(nameof(MetricsPort), MetricsPort, old.MetricsPort),
        Notification = old.Notification with
        {
            SmtpServer = ChooseText(nameof(SmtpServer), SmtpServer, old.Notification.SmtpServer),
            SmtpPort = Choose(nameof(SmtpPort), SmtpPort, old.Notification.SmtpPort),
            SmtpStartTls = Choose(nameof(SmtpStartTls), SmtpStartTls, old.Notification.SmtpStartTls),
            SmtpUser = ChooseText(nameof(SmtpUser), SmtpUser, old.Notification.SmtpUser),
            SmtpPasswordFile = ChooseText(nameof(SmtpPasswordFile), PasswordFilePath(), old.Notification.SmtpPasswordFile),
            From = ChooseText(nameof(NotificationFrom), NotificationFrom, old.Notification.From),
            To = Choose(nameof(NotificationTo), NotificationTo, old.Notification.To),
            Level = Choose(nameof(NotificationLevel), NotificationLevel, old.Notification.Level),
            HookCommand = ChooseText(nameof(HookCommand), HookCommand, old.Notification.HookCommand),
            HookArguments = Choose(nameof(HookArgument), HookArgument, old.Notification.HookArguments),
            HookTimeoutSeconds = Choose(nameof(HookTimeout), HookTimeout, old.Notification.HookTimeoutSeconds),
        },
    };

    private static string Describe(NodeConfiguration old, NodeConfiguration now) => string.Join(", ", new[]
    {
        Difference(nameof(DataRetentionDays), old.DataRetentionDays, now.DataRetentionDays),
        Difference(nameof(AccountRetentionDays), old.AccountRetentionDays, now.AccountRetentionDays),
        Difference(nameof(ReadErrorThreshold), old.ReadErrorThreshold, now.ReadErrorThreshold),
        Difference(nameof(SearchIndex), old.SearchIndex, now.SearchIndex),
        Difference(nameof(MassChangePercent), old.MassChangePercent, now.MassChangePercent),
        Difference(nameof(MassChangeMinimum), old.MassChangeMinimum, now.MassChangeMinimum),
        Difference(nameof(PurgeCompactionPercent), old.PurgeCompactionPercent, now.PurgeCompactionPercent),
        Difference(nameof(PurgeGraceHours), old.PurgeGraceHours, now.PurgeGraceHours),
        Difference(nameof(SmtpServer), old.Notification.SmtpServer, now.Notification.SmtpServer),
        Difference(nameof(SmtpPort), old.Notification.SmtpPort, now.Notification.SmtpPort),
        Difference(nameof(SmtpStartTls), old.Notification.SmtpStartTls, now.Notification.SmtpStartTls),
        Difference(nameof(SmtpUser), old.Notification.SmtpUser, now.Notification.SmtpUser),
        Difference(nameof(SmtpPasswordFile), old.Notification.SmtpPasswordFile, now.Notification.SmtpPasswordFile),
        Difference(nameof(NotificationFrom), old.Notification.From, now.Notification.From),
        Difference(nameof(NotificationTo), string.Join(' ', old.Notification.To), string.Join(' ', now.Notification.To)),
        Difference(nameof(NotificationLevel), old.Notification.Level, now.Notification.Level),
        Difference(nameof(HookCommand), old.Notification.HookCommand, now.Notification.HookCommand),
        Difference(nameof(HookArgument), string.Join(' ', old.Notification.HookArguments), string.Join(' ', now.Notification.HookArguments)),
        Difference(nameof(HookTimeout), old.Notification.HookTimeoutSeconds, now.Notification.HookTimeoutSeconds),
        Difference(nameof(MetricsPort), old.MetricsPort, now.MetricsPort),
    }.OfType<string>());

    private static string? Difference(string name, object? old, object? now)
    {
        string was = Show(old), becomes = Show(now);
        return was == becomes ? null : $"Set {name} from {was} to {becomes}";
    }

    private static string Show(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "(none)";

    private T Choose<T>(string parameter, T given, T kept) => MyInvocation.BoundParameters.ContainsKey(parameter) ? given : kept;

    /// <summary>An empty text takes away what was set.</summary>
    private string? ChooseText(string parameter, string? given, string? kept) =>
        Choose(parameter, string.IsNullOrWhiteSpace(given) ? null : given.Trim(), kept);

    private string? PasswordFilePath() => string.IsNullOrWhiteSpace(SmtpPasswordFile) ? null : ResolvePath(SmtpPasswordFile);
}
