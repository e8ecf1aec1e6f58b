using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>export-backup</c>: the backup in the transparent layout.</summary>
internal static class ExportBackupCommand
{
    public static readonly CommandSpec Spec = new(
        "export-backup",
        "Write the backup into a folder, in a layout that needs no tool: a JSON file an item, a gzip file a content. Run again to continue.",
        Build,
        """
        mailbackup export-backup --destination /mnt/usb/export
        mailbackup export-backup --destination /mnt/usb/export --domain example.org --free-space-threshold 1024
        mailbackup export-backup --destination /mnt/usb/export --cos office --skip-item
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var destination = new Option<string>("--destination", "-d")
        {
            Description = "Folder to write to: empty, not there yet, or with an earlier export of this server.",
            HelpName = "FOLDER",
            Required = true,
        };
        var domains = new Option<string[]>("--domain")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Only accounts, lists and settings of this domain; may be repeated.",
            HelpName = "DOMAIN",
        };
        var classes = new Option<string[]>("--cos")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Only accounts of this class of service; may be repeated.",
            HelpName = "NAME",
        };
        var threshold = new Option<string>("--free-space-threshold")
        {
            Description = "Megabytes that must stay free on the device of the folder. Default: 0.",
            HelpName = "MB",
        };
        var skip = new Option<bool>("--skip-item") { Description = "Accounts, domains, classes of service and lists only." };
        var errors = new Option<string>("--read-error-threshold")
        {
            Description = "Give up after so many contents that cannot be read; 0 never does. Default: 0.",
            HelpName = "NUMBER",
        };
        command.Options.Add(destination);
        command.Options.Add(domains);
        command.Options.Add(classes);
        command.Options.Add(threshold);
        command.Options.Add(skip);
        command.Options.Add(errors);
        command.SetAction(arguments =>
        {
            var request = new BackupExportRequest
            {
                Destination = Path.GetFullPath(arguments.GetValue(destination)!),
                Domains = arguments.GetValue(domains) ?? [],
                ClassesOfService = arguments.GetValue(classes) ?? [],
                FreeSpaceThreshold = Numbers.ParseLong(arguments.GetValue(threshold), "--free-space-threshold") ?? 0,
                SkipItems = arguments.GetValue(skip),
                ReadErrorThreshold = Numbers.Parse(arguments.GetValue(errors), "--read-error-threshold") ?? 0,
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }
}
