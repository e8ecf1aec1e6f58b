using System.Management.Automation;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Has the resident service follow the server's changes as they happen.</summary>
[Cmdlet(VerbsLifecycle.Start, "RealtimeScanner", SupportsShouldProcess = true)]
[OutputType(typeof(RealtimeStatus))]
public sealed class StartRealtimeScannerCommand : RealtimeSwitchCommand
{
    /// <summary>Do not begin with a SmartScan: what changed while nothing was followed is left to the next one.</summary>
    [Parameter]
    public SwitchParameter NoScan { get; set; }

    protected override void Process() =>
        Switch(enabled: true, !NoScan, NoScan ? "Follow changes as they happen, from now on" : "Follow changes as they happen, beginning with a SmartScan");
}
