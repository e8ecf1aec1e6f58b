using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets.Completion;

/// <summary>
/// The base of the completers: they read the backup path that the command line names, or that of the session, and never the mail server. A
/// backup path that cannot be read completes to nothing.
/// </summary>
internal abstract class BackupCompleter : IArgumentCompleter
{
    private const int Limit = 200;

    /// <summary>The cmdlet that is being typed.</summary>
    protected string CommandName { get; private set; } = "";

    /// <summary>The parameter that names the path to read.</summary>
    protected virtual string PathParameter => "BackupPath";

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string? path = First(fakeBoundParameters, PathParameter) ?? RunspaceState.Current.FindBackupPath();
            if (path is null)
            {
                return [];
            }

            using var node = BackupNode.OpenForReading(Resolve(path));
            CommandName = commandName;
            string word = wordToComplete.Trim('\'', '"');
            return Complete(node, word, fakeBoundParameters).Take(Limit).ToList();
        }
        catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }

    /// <param name="node">The open backup path.</param>
    /// <param name="word">What has been typed, without quotes.</param>
    /// <param name="bound">The parameters that are there already.</param>
    protected abstract IEnumerable<CompletionResult> Complete(BackupNode node, string word, IDictionary bound);

    protected static string? First(IDictionary bound, string parameter) => All(bound, parameter) is [var first, ..] ? first : null;

    protected static IReadOnlyList<string> All(IDictionary bound, string parameter) => bound[parameter] switch
    {
        null => [],
        string one => [one],
        IEnumerable many => [.. many.Cast<object?>().Select(o => o?.ToString()).OfType<string>()],
        var other => [other.ToString() ?? ""],
    };

    /// <summary>A name is offered when it begins with the word, or when it matches the wildcards in it.</summary>
    protected static bool Matches(string name, string word) =>
        WildcardPattern.Get(word + "*", WildcardOptions.IgnoreCase).IsMatch(name);

    protected static CompletionResult Result(string value, string? label = null, string? tip = null) =>
        new(Quote(value), label ?? value, CompletionResultType.ParameterValue, string.IsNullOrEmpty(tip) ? label ?? value : tip);

    /// <summary>Relative to the location of the prompt, which is not the directory of the process.</summary>
    private static string Resolve(string path)
    {
        if (Path.IsPathFullyQualified(path))
        {
            return path;
        }

        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddCommand("Convert-Path").AddParameter("LiteralPath", path).Invoke<string>() is [var full, ..] ? full : path;
    }

    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '@' or '+') && value[0] is not ('@' or '-')
            ? value
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
}
