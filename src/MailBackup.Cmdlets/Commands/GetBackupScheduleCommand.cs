using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Scheduling;

namespace MailBackup.Cmdlets;

/// <summary>Shows what the resident service runs by itself, when next, and what was missed.</summary>
[Cmdlet(VerbsCommon.Get, "BackupSchedule")]
[OutputType(typeof(ScheduleInfo))]
public sealed class GetBackupScheduleCommand : BackupCommand
{
    /// <summary>Only these; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public ScheduledOperation[]? Operation { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        foreach (var entry in node.GetSchedule().Where(e => Operation is null || Operation.Contains(e.Operation)))
        {
            WriteObject(ItemObject.Create(entry, node.Path));
        }
    }
}
