using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Takes the marker out of the notes of classes of service: their accounts are active again after the next scan.</summary>
[Cmdlet(VerbsLifecycle.Enable, "CosBackup", SupportsShouldProcess = true)]
[OutputType(typeof(CosBackup))]
public sealed class EnableCosBackupCommand() : CosSwitchCommand(enable: true);
