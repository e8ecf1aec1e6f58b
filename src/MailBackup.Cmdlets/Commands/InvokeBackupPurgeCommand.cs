using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Maintenance;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>
/// Takes what retention no longer keeps out of the backup, and gives its room back. With <c>-WhatIf</c> it says what would go and how many bytes.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "BackupPurge", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = RetentionSet)]
[OutputType(typeof(BackupOperation), typeof(PurgePlan))]
public sealed class InvokeBackupPurgeCommand : OperationCommand
{
    private const string RetentionSet = "Retention";
    private const string MomentSet = "Moment";

    /// <summary>Days that a deleted item is kept, for this run; 0 is for ever.</summary>
    [Parameter(Position = 0, ParameterSetName = RetentionSet)]
    [ValidateRange(0, int.MaxValue)]
    public int? RetentionDays { get; set; }

    /// <summary>Take away items that were deleted before this moment.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MomentSet)]
    public DateTimeOffset? DeletedBefore { get; set; }

    /// <summary>Take away past states of living items that ended longer ago than this many days.</summary>
    [Parameter]
    [Alias("HistoryRetention")]
    [ValidateRange(1, int.MaxValue)]
    public int? HistoryRetentionDays { get; set; }

    /// <summary>Give the room of bundles back at once. Not while the backup path is being copied.</summary>
    [Parameter]
    public SwitchParameter NoGrace { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var request = new PurgeRequest
        {
            RetentionDays = RetentionDays,
            DeletedBefore = DeletedBefore,
            HistoryRetentionDays = HistoryRetentionDays,
            NoGrace = NoGrace,
        };
        if (IsWhatIf)
        {
            var plan = RunEngine((_, stop) => node.PlanPurgeAsync(request, stop));
            ShouldProcess(node.Path, Describe(plan));
            WriteObject(ItemObject.Create(plan, node.Path));
            return;
        }

        int days = RetentionDays ?? node.Configuration.DataRetentionDays;
        string what = DeletedBefore is { } moment
            ? string.Create(CultureInfo.InvariantCulture, $"Remove for ever what was deleted before {moment.LocalDateTime:yyyy-MM-dd HH:mm:ss}")
            : days == 0 ? "Remove nothing: deleted items are kept for ever" : $"Remove for ever what was deleted more than {days} days ago";
        if (ShouldProcess(node.Path, what))
        {
            Start(node.Path, request, failureEnds: true);
        }
    }

    private static string Describe(PurgePlan plan) => plan.Nothing
        ? "Remove nothing"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Remove {plan.Items:N0} items and {plan.States:N0} past states of {plan.AccountsTouched:N0} accounts, {plan.Accounts.Count:N0} of them whole; {plan.JournalBytes + plan.ContentBytes:N0} bytes");
}
