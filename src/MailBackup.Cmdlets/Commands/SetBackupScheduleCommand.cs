using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Scheduling;

namespace MailBackup.Cmdlets;

/// <summary>Changes when the resident service runs an operation by itself. What is not given stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "BackupSchedule", SupportsShouldProcess = true)]
[OutputType(typeof(ScheduleInfo))]
public sealed class SetBackupScheduleCommand : BackupCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public ScheduledOperation Operation { get; set; }

    /// <summary>Minute, hour, day of the month, month, day of the week.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Cron { get; set; }

    [Parameter]
    public bool Enabled { get; set; }

    /// <summary>Zone of the pattern; empty is that of the machine.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public string? TimeZone { get; set; }

    /// <summary>Run at once what was missed while the service did not run.</summary>
    [Parameter]
    public SwitchParameter CatchUp { get; set; }

    /// <summary>Run each time the service starts, too.</summary>
    [Parameter]
    public SwitchParameter AtStart { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var old = node.RefreshConfiguration().Schedule[Operation];
        var entry = Change(old);
        entry.Validate();
        if (entry != old && ShouldProcess($"{Operation} of {node.Path}", Describe(entry)))
        {
            node.SetSchedule(Operation, Change);
        }

        if (PassThru)
        {
            WriteObject(ItemObject.Create(node.GetSchedule().First(e => e.Operation == Operation), node.Path));
        }
    }

    private ScheduleEntry Change(ScheduleEntry old) => old with
    {
        Cron = Cron ?? old.Cron,
        Enabled = Given(nameof(Enabled)) ? Enabled : old.Enabled,
        TimeZone = TimeZone is null ? old.TimeZone : TimeZone.Length == 0 ? null : TimeZone,
        CatchUp = Given(nameof(CatchUp)) ? CatchUp : old.CatchUp,
        AtStart = Given(nameof(AtStart)) ? AtStart : old.AtStart,
    };

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static string Describe(ScheduleEntry entry) => !entry.Enabled
        ? "Run it no more by itself"
        : $"Run it at '{entry.Cron}'{(entry.TimeZone is { } zone ? $" of {zone}" : "")}"
            + $"{(entry.CatchUp ? ", and catch up what was missed" : "")}{(entry.AtStart ? ", and at each start of the service" : "")}";
}
