using System.Globalization;
using System.Text;

namespace MailBackup.Services;

/// <summary>The systemd unit of the service, as confined as reading mail and writing a backup allow.</summary>
public sealed record ServiceUnit
{
    /// <summary>The exit code by which the service asks to be started again.</summary>
    public const int RestartCode = 75;

    /// <summary>Without <c>.service</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The user that the service runs as: one that may read the mail and owns the backup path.</summary>
    public required string User { get; init; }

    /// <summary>Absolute path of the command <c>mailbackup</c>.</summary>
    public required string Command { get; init; }

    public required string BackupPath { get; init; }

    /// <summary>Folder of the node's own files.</summary>
    public required string Home { get; init; }

    /// <summary>Root of the mail tree, where restored items go.</summary>
    public string? MailTree { get; init; }

    /// <summary>The LDIF file; accounts that are restored go there.</summary>
    public string? Directory { get; init; }

    /// <summary>Where units of the administrator lie (systemd.unit(5)).</summary>
    public string Path => $"/etc/systemd/system/{Name}.service";

    /// <summary>The unit file.</summary>
    public string ToText()
    {
        var writable = new[] { BackupPath, Home, MailTree, System.IO.Path.GetDirectoryName(Directory) }.OfType<string>().Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        bool root = User == "root";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            [Unit]
            Description=MailBackup of {BackupPath.Replace("%", "%%", StringComparison.Ordinal)}
            After=local-fs.target remote-fs.target network-online.target
            Wants=network-online.target
            RequiresMountsFor={string.Join(' ', writable.Select(Quote))}

            [Service]
            Type=notify
            NotifyAccess=main
            User={User}
            Environment={Quote("MAILBACKUP_HOME=" + Home)}
            ExecStart={Quote(Command)} serve --backup-path {Quote(BackupPath)}
            Restart=on-failure
            RestartForceExitStatus={RestartCode}
            RestartSec=10
            WatchdogSec=180
            TimeoutStartSec=120
            TimeoutStopSec=600
            KillMode=mixed
            UMask=0077
            LimitNOFILE=65536

            # It reads mail, writes the backup, and puts back what is restored. Everything else is none of its business.
            ProtectSystem=strict
            ReadWritePaths={string.Join(' ', writable.Select(Quote))}
            ProtectHome=read-only
            PrivateTmp=yes
            PrivateDevices=yes
            NoNewPrivileges=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectKernelLogs=yes
            ProtectControlGroups=yes
            ProtectClock=yes
            ProtectHostname=yes
            ProtectProc=invisible
            LockPersonality=yes
            RestrictSUIDSGID=yes
            RestrictRealtime=yes
            RestrictNamespaces=yes
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            CapabilityBoundingSet={(root ? "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_CHOWN CAP_FOWNER" : "")}

            [Install]
            WantedBy=multi-user.target

            """);
        return text.ToString();
    }

    /// <summary>As systemd.syntax(7) wants it; <c>%</c> begins a specifier there.</summary>
    private static string Quote(string text)
    {
        string escaped = text.Replace("%", "%%", StringComparison.Ordinal).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return escaped.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or ';') ? $"\"{escaped}\"" : escaped;
    }
}
