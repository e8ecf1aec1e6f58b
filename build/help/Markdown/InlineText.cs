using System.Text.RegularExpressions;

namespace MailBackup.Help.Markdown;

/// <summary>Text as a console shows it: without the marks of Markdown, links by their text.</summary>
internal static partial class InlineText
{
    public static string Plain(string text)
    {
        // What stands in backticks is nobody's mark-up.
        var parts = text.Split('`');
        for (int i = 0; i < parts.Length; i += 2)
        {
            parts[i] = Emphasis().Replace(Link().Replace(parts[i], "$1"), "$1");
        }

        return string.Concat(parts);
    }

    /// <summary>The links in a text: what they say and where they lead.</summary>
    public static IEnumerable<(string Text, string Target)> Links(string text) =>
        Link().Matches(text).Select(m => (m.Groups[1].Value.Trim('`'), m.Groups[2].Value));

    [GeneratedRegex(@"\[([^\]]+)\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Emphasis();
}
