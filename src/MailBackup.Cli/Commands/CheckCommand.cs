using System.CommandLine;
using MailBackup.Cli.Parsing;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Cli.Commands;

/// <summary><c>check</c>: a coherency check of what is stored.</summary>
internal static class CheckCommand
{
    public static readonly CommandSpec Spec = new(
        "check",
        "Check what is stored: the checksum of every line, the digest of every blob, every reference.",
        Build,
        """
        mailbackup check
        mailbackup check --account alice@example.org
        mailbackup check --sample 5%                                       # 20 runs read every blob
        mailbackup check --compare-source --read-data                      # does the server still have the same?
        mailbackup check --quarantine                                      # move what is damaged out of the store
        mailbackup check --quiet || mail -s 'The backup is damaged' root < /dev/null
        """) { StartsOperation = true };

    private static void Build(Command command, Session session)
    {
        var accounts = new Option<string[]>("--account", "-a")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Check only this account (address) and the content that it refers to; may be repeated.",
            HelpName = "ADDRESS",
        };
        var compare = new Option<bool>("--compare-source") { Description = "Compare the living items with the server, too: what differs is an error." };
        var readData = new Option<bool>("--read-data")
        {
            Description = "Put every content together as a restore would; with --compare-source also read and compare what the server has.",
        };
        var sample = new Option<string>("--sample") { Description = "Read only this share of the contents, another one with each run: 5%.", HelpName = "PERCENT" };
        var quarantine = new Option<bool>("--quarantine") { Description = "Move what is damaged, orphaned or stray to the folder quarantine of the backup path." };
        command.Options.Add(accounts);
        command.Options.Add(compare);
        command.Options.Add(readData);
        command.Options.Add(sample);
        command.Options.Add(quarantine);
        command.SetAction(arguments =>
        {
            var request = new CheckRequest
            {
                Accounts = arguments.GetValue(accounts) ?? [],
                CompareSource = arguments.GetValue(compare),
                ReadData = arguments.GetValue(readData),
                Sample = Numbers.ParsePercent(arguments.GetValue(sample), "--sample"),
                Quarantine = arguments.GetValue(quarantine),
            };
            using var node = session.OpenNode(arguments);
            return new OperationRunner(session, node).Run(request);
        });
    }
}
