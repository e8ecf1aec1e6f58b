using System.CommandLine;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Configuration;
using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary><c>info</c>: sizes, dates and configuration of a backup path.</summary>
internal static class InfoCommand
{
    public static readonly CommandSpec Spec = new(
        "info",
        "Show sizes, dates and configuration of the backup path.",
        Build,
        """
        mailbackup info --backup-path /srv/backup
        mailbackup info --json | jq .storedBytes
        """);

    private static void Build(Command command, Session session) => command.SetAction(arguments =>
    {
        using var node = session.OpenNodeForReading(arguments);
        Write(session, node.GetInfo(), node.Configuration);
        return ExitCode.Done;
    });

    internal static void Write(Session session, BackupInfo info, NodeConfiguration configuration)
    {
        if (session.Json)
        {
            session.Output.JsonLine(InfoJson.Write, (info, configuration));
            return;
        }

        var source = configuration.Source;
        foreach (var (name, value) in new (string, string?)[]
        {
            ("Backup path", info.Path),
            ("Server id", $"{info.ServerId} (format {info.FormatVersion})"),
            ("Maildir tree", source.Maildir ?? "not set"),
            ("Pattern", source.Pattern),
            ("Default domain", source.DefaultDomain),
            ("LDIF file", source.Ldif),
            ("Accounts", WithDeleted(info.Accounts, info.DeletedAccounts)),
            ("Items", WithDeleted(info.Items, info.DeletedItems)),
            ("Transactions", Quantity.Count(info.Transactions)),
            ("Blobs", Quantity.Count(info.Blobs)),
            ("Content", $"{Quantity.Size(info.ContentBytes)} on the server"),
            ("Stored", $"{Quantity.Size(info.StoredBytes)} {Quantity.Share(info.StoredBytes, info.ContentBytes)}"),
            ("Rebuildable", Quantity.Size(info.StateBytes)),
            ("First scan", Date(session, info.FirstScan)),
            ("Last scan", Date(session, info.LastScan)),
            ("Retention", $"deleted items {Days(configuration.DataRetentionDays)}, deleted accounts {Days(configuration.AccountRetentionDays)}"),
        })
        {
            if (value is not null)
            {
                session.Output.Line(TextCleaner.Clean($"{name,-16}{value.TrimEnd()}"));
            }
        }
    }

    private static string WithDeleted(long living, long deleted) =>
        deleted == 0 ? Quantity.Count(living) : $"{Quantity.Count(living)}, and {Quantity.Count(deleted)} deleted";

    private static string Date(Session session, DateTimeOffset? moment) => moment is { } known ? ItemOutput.Date(session, known) : "never";

    private static string Days(int days) => days == 0 ? "for ever" : Quantity.Count(days, "day", "days");
}
