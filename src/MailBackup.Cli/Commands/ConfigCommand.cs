using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Configuration;

namespace MailBackup.Cli.Commands;

/// <summary><c>config</c>: shows the configuration of a backup path, changes what is given, and tries the mail relay.</summary>
internal static class ConfigCommand
{
    public static readonly CommandSpec Spec = new(
        "config",
        "Show the configuration of the backup path; change what is given. An empty value takes a setting away.",
        Build,
        """
        mailbackup config
        mailbackup config --data-retention-days 90
        mailbackup config --smtp-server mx1.example.org --notification-from backup@example.org --notification-to admin@example.org
        mailbackup config --test-mail
        """);

    private static void Build(Command command, Session session)
    {
        var data = Number(command, "--data-retention-days", "Days that a deleted item is kept; 0 is for ever.");
        var account = Number(command, "--account-retention-days", "Days that a deleted account is kept; 0 is for ever.");
        var threshold = Number(command, "--read-error-threshold", "Item errors after which a scan gives up; 0 never gives up.");
        var massPercent = Number(command, "--mass-change-percent", "A scan that deletes or rewrites more of an account than this puts it on hold; 0 never does.");
        var massMinimum = Number(command, "--mass-change-minimum", "… and at least this many items.");
        var compaction = Number(command, "--purge-compaction-percent", "A purge writes a bundle anew when this share of it is dead. Default: 30.");
        var grace = Number(command, "--purge-grace-hours", "Hours that a bundle stays after it is no longer needed. Default: 24.");
        var server = Text(command, "--smtp-server", "Mail relay for notifications.", "HOST");
        var port = Number(command, "--smtp-port", "Its port. Default: 25.");
        var startTls = Text(command, "--smtp-start-tls", "Encrypt by STARTTLS: yes or no.", "YES|NO");
        var user = Text(command, "--smtp-user", "User to log in as.", "NAME");
        var passwordFile = Text(
            command, "--smtp-password-file", $"File whose first line is the password (mode 600). Default: the environment variable {NotificationConfiguration.PasswordVariable}.", "FILE");
        var from = Text(command, "--notification-from", "Sender of notifications.", "ADDRESS");
        var to = new Option<string[]>("--notification-to")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Administrator who hears of what is at least of the notification level; may be repeated.",
            HelpName = "ADDRESS",
        };
        var level = Text(command, "--notification-level", "The least that is told: information, warning (the default), error or critical.", "LEVEL");
        var hook = Text(command, "--hook-command", "Program that is run with each notification: an absolute path.", "FILE");
        var hookArguments = new Option<string[]>("--hook-argument") { Arity = ArgumentArity.OneOrMore, Description = "Argument for it; may be repeated. Empty: none.", HelpName = "TEXT" };
        var hookTimeout = Number(command, "--hook-timeout", "Seconds after which it is ended. Default: 30.");
        var metricsPort = Number(command, "--metrics-port", "Port of the loopback addresses where the service gives metrics to Prometheus; 0: none.");
        var testHook = new Option<bool>("--test-hook") { Description = "Run the hook to see whether it works." };
        command.Options.Add(hookArguments);
        command.Options.Add(testHook);
        var test = new Option<bool>("--test-mail") { Description = "Send a mail to the administrators to see whether the relay takes it." };
        command.Options.Add(to);
        command.Options.Add(test);
        command.SetAction(arguments =>
        {
            using var node = session.OpenNode(arguments);
            if (Change(node.Configuration) != node.Configuration)
            {
                node.UpdateConfiguration(Change);
            }

            if (arguments.GetValue(test))
            {
                var sent = node.SendTestMailAsync([], CancellationToken.None).GetAwaiter().GetResult();
                session.Say($"{node.Configuration.Notification.SmtpServer} has taken a mail to {string.Join(", ", sent)}.");
                return ExitCode.Done;
            }

            if (arguments.GetValue(testHook))
            {
                session.Say($"{node.RunTestHookAsync(CancellationToken.None).GetAwaiter().GetResult()} has run.");
                return ExitCode.Done;
            }

            Write(session, node.Configuration);
            return ExitCode.Done;

            NodeConfiguration Change(NodeConfiguration old) => old with
            {
                DataRetentionDays = Numbers.Parse(arguments.GetValue(data), data.Name) ?? old.DataRetentionDays,
                AccountRetentionDays = Numbers.Parse(arguments.GetValue(account), account.Name) ?? old.AccountRetentionDays,
                ReadErrorThreshold = Numbers.Parse(arguments.GetValue(threshold), threshold.Name) ?? old.ReadErrorThreshold,
                MassChangePercent = Numbers.Parse(arguments.GetValue(massPercent), massPercent.Name) ?? old.MassChangePercent,
                MassChangeMinimum = Numbers.Parse(arguments.GetValue(massMinimum), massMinimum.Name) ?? old.MassChangeMinimum,
                PurgeCompactionPercent = Numbers.Parse(arguments.GetValue(compaction), compaction.Name) ?? old.PurgeCompactionPercent,
                PurgeGraceHours = Numbers.Parse(arguments.GetValue(grace), grace.Name) ?? old.PurgeGraceHours,
                MetricsPort = Numbers.Parse(arguments.GetValue(metricsPort), metricsPort.Name) ?? old.MetricsPort,
                Notification = Told(old.Notification),
            };

            NotificationConfiguration Told(NotificationConfiguration mail) => mail with
            {
                SmtpServer = Given(arguments.GetValue(server), mail.SmtpServer),
                SmtpPort = Numbers.Parse(arguments.GetValue(port), port.Name) ?? mail.SmtpPort,
                SmtpStartTls = YesNo.Parse(arguments.GetValue(startTls), startTls.Name) ?? mail.SmtpStartTls,
                SmtpUser = Given(arguments.GetValue(user), mail.SmtpUser),
                SmtpPasswordFile = Given(arguments.GetValue(passwordFile), mail.SmtpPasswordFile) is { } file ? Path.GetFullPath(file) : null,
                From = Given(arguments.GetValue(from), mail.From),
                To = arguments.GetValue(to) is { Length: > 0 } given ? [.. given.Where(a => a.Length > 0)] : mail.To,
                Level = arguments.GetValue(level) is { } least ? ParseLevel(least) : mail.Level,
                HookCommand = Given(arguments.GetValue(hook), mail.HookCommand),
                HookArguments = arguments.GetValue(hookArguments) is { Length: > 0 } words ? [.. words.Where(w => w.Length > 0)] : mail.HookArguments,
                HookTimeoutSeconds = Numbers.Parse(arguments.GetValue(hookTimeout), hookTimeout.Name) ?? mail.HookTimeoutSeconds,
            };
        });
    }

    private static void Write(Session session, NodeConfiguration configuration)
    {
        if (session.Json)
        {
            session.Output.JsonLine(ConfigJson.Write, configuration);
            return;
        }

        var mail = configuration.Notification;
        string relay = mail.SmtpServer is { } server ? $"{server}:{mail.SmtpPort}{(mail.SmtpStartTls ? " (STARTTLS)" : "")}" : "not set: no mail is sent";
        foreach (var (name, value) in new (string, string?)[]
        {
            ("Maildir tree", configuration.Source.Maildir ?? "not set"),
            ("LDIF file", configuration.Source.Ldif),
            ("Deleted items", Quantity.Days(configuration.DataRetentionDays)),
            ("Deleted accounts", Quantity.Days(configuration.AccountRetentionDays)),
            ("Read errors", configuration.ReadErrorThreshold == 0 ? "never give up" : $"give up after {configuration.ReadErrorThreshold}"),
            ("Mass change", configuration.MassChangePercent == 0 ? "not looked for"
                : $"hold an account that loses over {configuration.MassChangePercent} % and at least {configuration.MassChangeMinimum} items in one scan"),
            ("Mail relay", relay),
            ("Relay user", mail.SmtpUser),
            ("Password file", mail.SmtpPasswordFile),
            ("Mail from", mail.From),
            ("Mail to", mail.To.Count > 0 ? string.Join(", ", mail.To) : null),
            ("Told from", mail.Level.ToString().ToLowerInvariant()),
            ("Hook", mail.HookCommand is null ? null : string.Join(' ', mail.HookArguments.Prepend(mail.HookCommand))),
            ("Metrics", configuration.MetricsPort == 0 ? null : $"http://127.0.0.1:{configuration.MetricsPort}/metrics"),
        })
        {
            if (value is not null)
            {
                session.Output.Line(TextCleaner.Clean($"{name,-18}{value}"));
            }
        }
    }

    private static NotificationLevel ParseLevel(string text) =>
        Enum.GetNames<NotificationLevel>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<NotificationLevel>(name) : throw new MailBackupException(
            ErrorIds.ArgumentInvalid, $"'{text}' is none of information, warning, error, critical.", "See mailbackup config --help.", text);

    private static Option<string> Number(Command command, string name, string description) => Text(command, name, description, "NUMBER");

    private static Option<string> Text(Command command, string name, string description, string help)
    {
        var option = new Option<string>(name) { Description = description, HelpName = help };
        command.Options.Add(option);
        return option;
    }

    private static string? Given(string? given, string? kept) => given switch
    {
        null => kept,
        "" => null,
        _ => given,
    };
}
