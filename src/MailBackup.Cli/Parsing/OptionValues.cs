using System.CommandLine;
using System.CommandLine.Parsing;

namespace MailBackup.Cli.Parsing;

/// <summary>
/// The parser takes whatever follows an option for its value: a forgotten address in <c>scan --account --deep</c> would make an account of
/// the name <c>--deep</c>. No value begins with two dashes; a file of such a name can be given as <c>./--name</c>.
/// </summary>
internal static class OptionValues
{
    /// <summary>Throws <c>ArgumentInvalid</c>.</summary>
    public static void Validate(ParseResult arguments)
    {
        foreach (var result in arguments.CommandResult.Children.OfType<OptionResult>())
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.StartsWith("--", StringComparison.Ordinal))
                {
                    throw new MailBackupException(
                        ErrorIds.ArgumentInvalid,
                        $"{result.Option.Name} is followed by the option {token.Value} instead of a value.",
                        $"See mailbackup {arguments.CommandResult.Command.Name} --help.",
                        result.Option.Name);
                }
            }
        }
    }
}
