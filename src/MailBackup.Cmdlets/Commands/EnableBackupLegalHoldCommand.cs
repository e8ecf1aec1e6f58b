using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Puts accounts on legal hold: nothing of them is purged until the hold is lifted.</summary>
[Cmdlet(VerbsLifecycle.Enable, "BackupLegalHold", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
[OutputType(typeof(LegalHold))]
public sealed class EnableBackupLegalHoldCommand() : LegalHoldCommand(held: true)
{
    /// <summary>Return the holds.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool WantsOutput => PassThru;
}
