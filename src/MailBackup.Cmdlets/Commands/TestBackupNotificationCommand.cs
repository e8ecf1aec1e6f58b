using System.Management.Automation;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>True when the configured relay takes a mail; what is wrong is a warning.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupNotification")]
[OutputType(typeof(bool))]
public sealed class TestBackupNotificationCommand : BackupCommand
{
    /// <summary>Whom to write to. Default: the configured administrators.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] To { get; set; } = [];

    protected override void Process()
    {
        var node = OpenNode();
        try
        {
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
