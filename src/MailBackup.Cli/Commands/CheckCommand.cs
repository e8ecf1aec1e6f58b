using System.CommandLine;
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
        command.Options.Add(accounts);
        command.SetAction(arguments =>
        {
            using var node = session.OpenNode(arguments);
            var request = new CheckRequest { Accounts = arguments.GetValue(accounts) ?? [] };
            return new OperationRunner(session, node).Run(request);
        });
    }
}
