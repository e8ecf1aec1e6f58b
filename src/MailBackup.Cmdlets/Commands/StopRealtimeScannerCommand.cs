using System.Management.Automation;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>Has the resident service no longer follow the server's changes; only scans find them then.</summary>
[Cmdlet(VerbsLifecycle.Stop, "RealtimeScanner", SupportsShouldProcess = true)]
[OutputType(typeof(RealtimeStatus))]
public sealed class StopRealtimeScannerCommand : RealtimeSwitchCommand
{
    protected override void Process() => Switch(enabled: false, null, "Follow changes no more");
}
