namespace MailBackup.Help.Markdown;

/// <summary>The parts of Markdown that help pages use.</summary>
internal enum BlockKind
{
    Heading,
    Paragraph,
    ListItem,
    TableRow,
    Code,
}
