using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>A type that comes in or goes out.</summary>
internal sealed record TypeText(string Name)
{
    public List<Block> Text { get; } = [];
}
