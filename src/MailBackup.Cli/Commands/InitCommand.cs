using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Parsing;
using MailBackup.Configuration;
using MailBackup.Sources;

namespace MailBackup.Cli.Commands;

/// <summary><c>init</c>: makes a backup path. On one's own path it changes nothing but the source given.</summary>
internal static class InitCommand
{
    public static readonly CommandSpec Spec = new(
        "init",
        "Make a backup path: a folder that is empty or does not exist yet.",
        Build,
        """
        mailbackup init --backup-path /srv/backup
        mailbackup init --backup-path /mnt/mx1/backup --adopt      # take over the path of a server that is gone for good
        mailbackup init --backup-path /srv/backup --maildir /var/vmail --ldif /var/backups/directory.ldif
        """);

    private static void Build(Command command, Session session)
    {
        var source = new SourceOptions(command);
        var adopt = new Option<bool>("--adopt") { Description = "Take over the backup path of another server, which can then write to it no more." };
        command.Options.Add(adopt);
        command.SetAction(arguments => Run(arguments, session, source, arguments.GetValue(adopt)));
    }

    private static int Run(ParseResult arguments, Session session, SourceOptions source, bool adopt)
    {
        string path = session.ReadBackupPath(arguments);
        var before = adopt ? BackupNode.FindOwner(path) : null;
        if (adopt)
        {
            BackupNode.Adopt(path, session.NodeOptions).Dispose();
        }

        bool created = !BackupNode.IsInitialized(path);
        bool given = source.AnyGiven(arguments);
        var configuration = created && given ? new NodeConfiguration { Source = source.Over(new SourceConfiguration(), arguments) } : null;
        using var node = BackupNode.Initialize(path, configuration, session.NodeOptions);
        if (given && !created)
        {
            node.UpdateConfiguration(c => c with { Source = source.Over(c.Source, arguments) });
        }

        if (session.Json)
        {
            session.Output.JsonLine(InitJson.Write, (node.Path, created, node.Configuration.Source));
            return ExitCode.Done;
        }

        session.Say(before is not null && before.ServerId != node.ServerId
            ? $"{node.Path} is taken over from server {before.ServerId}{(before.Host.Length > 0 ? $" ({before.Host})" : "")}." : created ? $"{node.Path} is now a backup path." : $"{node.Path} is a backup path of this server already.");
        session.Say(DescribeSource(node.Configuration.Source));
        return ExitCode.Done;
    }

    private static string DescribeSource(SourceConfiguration source) => (source.Imap ?? source.Maildir, source.Ldif) switch
    {
        ({ } server, { } ldif) when source.Imap is not null => $"Source: IMAP server {server}, directory {ldif}.",
        ({ } server, null) when source.Imap is not null => $"Source: IMAP server {server}.",
        ({ } maildir, { } ldif) => $"Source: Maildir tree {maildir}, directory {ldif}.",
        ({ } maildir, null) => $"Source: Maildir tree {maildir}.",
        (null, { } ldif) => $"Source: directory {ldif}, no mail yet.",
        _ => "It has no source yet: `mailbackup scan --maildir FOLDER` sets one.",
    };
}
