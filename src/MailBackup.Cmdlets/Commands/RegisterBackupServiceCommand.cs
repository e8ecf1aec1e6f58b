using System.Management.Automation;
using MailBackup.Services;

namespace MailBackup.Cmdlets;

/// <summary>Writes the systemd unit that runs the resident service of a backup path; with <c>-WhatIf</c> it shows the unit.</summary>
[Cmdlet(VerbsLifecycle.Register, "BackupService", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceUnit), typeof(string))]
public sealed class RegisterBackupServiceCommand : BackupCommand
{
    /// <summary>Name of the unit, without .service.</summary>
    [Parameter(Position = 0)]
    [ValidatePattern("^[A-Za-z0-9_.@-]+$")]
    public string Name { get; set; } = "mailbackup";

    /// <summary>The user that the service runs as: one that may read the mail and owns the backup path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>Where the command mailbackup is; else it is looked for on the path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>Replace a unit of that name that says something else.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Return the unit that was written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var unit = node.DescribeUnit(Name, User, Command is null ? null : ResolvePath(Command));
        if (ShouldProcess(unit.Path, $"Write the unit of the service of {node.Path}"))
        {
            UnitFile.Write(unit, Force);
            WriteVerbose($"systemctl daemon-reload && systemctl enable --now {unit.Name}");
            if (PassThru)
            {
                WriteObject(unit);
            }
        }
        else if (IsWhatIf)
        {
            WriteObject(unit.ToText());
        }
    }
}
