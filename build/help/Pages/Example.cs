using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>An example: what is typed, what it prints, and what there is to say of it.</summary>
internal sealed record Example(string Title, int Line)
{
    public List<Block> Code { get; } = [];

    public List<Block> Remarks { get; } = [];
}
