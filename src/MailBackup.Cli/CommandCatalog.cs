using MailBackup.Cli.Commands;

namespace MailBackup.Cli;

/// <summary>All commands, in the order of the help.</summary>
internal static class CommandCatalog
{
    public static readonly CommandSpec[] All =
    [
        InitCommand.Spec,
        ScanCommand.Spec,
        AccountsCommand.Spec,
        ItemsCommand.Spec,
        SearchCommand.Spec,
        HistoryCommand.Spec,
        CompareCommand.Spec,
        ExportCommand.Spec,
        RestoreCommand.Spec,
        UndeleteCommand.Spec,
        RestoreAccountCommand.Spec,
        ExportBackupCommand.Spec,
        RestoreBackupCommand.Spec,
        RestoreBlobsCommand.Spec,
        CheckSharesCommand.Spec,
        FixSharesCommand.Spec,
        ExportAccountCommand.Spec,
        ImportAccountCommand.Spec,
        OperationsCommand.Spec,
        CheckCommand.Spec,
        IndexCommand.Spec,
        LegalHoldCommand.Spec,
        CosCommand.Spec,
        RepairCommand.Spec,
        AnchorCommand.Spec,
        PurgeCommand.Spec,
        ServeCommand.Spec,
        ServiceCommand.Spec,
        ScheduleCommand.Spec,
        RealtimeCommand.Spec,
        HealthCommand.Spec,
        StatusCommand.Spec,
        InfoCommand.Spec,
        ConfigCommand.Spec,
    ];

    public const string RootExamples = """
        mailbackup scan --backup-path /srv/backup --maildir /var/vmail     # first scan; the source is remembered
        export MAILBACKUP_PATH=/srv/backup
        mailbackup scan                                                    # every further one
        mailbackup items --account alice@example.org --deleted
        mailbackup restore --account alice@example.org --id 12
        """;

    public const string RootNotes = """
        Exit codes: 0 done; 1 done, but some items failed; 2 wrong usage; 3 failed; 130 and 143 stopped by Ctrl+C and SIGTERM.
        With --json every line of standard output is one JSON object, and an error is one on standard error.
        Environment: MAILBACKUP_PATH, the backup path; MAILBACKUP_HOME, the folder of the node's own files (server id).
        """;

    public static string ExamplesOf(string command)
    {
        var spec = Array.Find(All, s => s.Name == command);
        return spec?.Examples ?? RootExamples;
    }
}
