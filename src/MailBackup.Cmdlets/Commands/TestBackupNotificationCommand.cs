using System.Management.Automation;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>True when the configured relay takes a mail, or the hook runs; what is wrong is a warning.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupNotification", DefaultParameterSetName = MailSet)]
[OutputType(typeof(bool))]
public sealed class TestBackupNotificationCommand : BackupCommand
{
    private const string MailSet = "Mail";
    private const string HookSet = "Hook";

    /// <summary>Whom to write to. Default: the configured administrators.</summary>
    [Parameter(Position = 0, ParameterSetName = MailSet)]
    [ValidateNotNullOrEmpty]
    public string[] To { get; set; } = [];

    /// <summary>Run the hook instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HookSet)]
    public SwitchParameter Hook { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        try
        {
            if (Hook)
            {
                WriteVerbose($"{RunEngine((_, stop) => node.RunTestHookAsync(stop))} has run.");
                WriteObject(true);
                return;
            }

            var sent = RunEngine((_, stop) => node.SendTestMailAsync(To, stop));
            WriteVerbose($"Sent to {string.Join(", ", sent)} by {node.Configuration.Notification.SmtpServer}.");
            WriteObject(true);
        }
        catch (MailBackupException e)
        {
            WriteWarning(CmdletWords.Translate(e.Message));
            WriteObject(false);
        }
    }
}
