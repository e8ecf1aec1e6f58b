using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>What a page says of a parameter.</summary>
internal sealed record ParameterText(string Name, int Line)
{
    public List<Block> Text { get; } = [];

    /// <summary>From a paragraph <c>Default: …</c>.</summary>
    public string Default { get; set; } = "None";
}
