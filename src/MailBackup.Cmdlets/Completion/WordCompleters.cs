using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MailBackup.Cmdlets.Completion;

/// <summary>A few fixed words that are offered and not forced: a parameter that can be bound to nothing by its property name cannot have a set of values.</summary>
internal abstract class WordCompleter(params string[] words) : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        words.Where(w => w.StartsWith((wordToComplete ?? "").Trim('\'', '"'), StringComparison.OrdinalIgnoreCase)).Select(w => new CompletionResult(w));
}

/// <summary>Ways to log in at an IMAP server.</summary>
internal sealed class ImapAuthenticationCompleter() : WordCompleter("plain", "login", "xoauth2", "oauthbearer");

/// <summary>Whether a connection is encrypted.</summary>
internal sealed class ImapTlsCompleter() : WordCompleter("required", "none");
