using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MailBackup.Cmdlets.Completion;

/// <summary>The time zones that this machine knows.</summary>
internal sealed class TimeZoneCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = WildcardPattern.Get("*" + wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id).Where(pattern.IsMatch).Order(StringComparer.Ordinal).Select(id => new CompletionResult(id)).ToList();
    }
}
