using System.Management.Automation;

namespace MailBackup.Cmdlets;

/// <summary>Lifts the legal holds of accounts, also those that a scan placed. What was kept by them alone goes with the next purge.</summary>
[Cmdlet(VerbsLifecycle.Disable, "BackupLegalHold", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class DisableBackupLegalHoldCommand() : LegalHoldCommand(held: false);
