using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Writes the marker into the notes of classes of service: the next scan leaves their accounts out and flags them deleted.</summary>
[Cmdlet(VerbsLifecycle.Disable, "CosBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CosBackup))]
public sealed class DisableCosBackupCommand() : CosSwitchCommand(enable: false);
