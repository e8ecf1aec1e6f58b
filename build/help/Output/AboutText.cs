using System.Text;
using MailBackup.Help.Markdown;

namespace MailBackup.Help.Output;

/// <summary>
/// A conceptual page as plain text in the form that Get-Help expects: the topic, a short description, then the page's own headings. Get-Help prints
/// it as it is, so lines are wrapped here.
/// </summary>
internal static class AboutText
{
    private const int Width = 76;
    private const string Indent = "    ";

    public static string Compile(string file, Problems problems)
    {
        var blocks = BlockReader.Read(file);
        string topic = Path.GetFileNameWithoutExtension(file);
        if (blocks is not [{ Kind: BlockKind.Heading, Level: 1 } title, { Kind: BlockKind.Paragraph } synopsis, ..] || title.Text != topic)
        {
            problems.Add(file, 1, $"The page has to begin with the title {topic} and a short description.");
            return "";
        }

        var text = new StringBuilder();
        text.Append("TOPIC\n").Append(Indented(topic, Indent));
        text.Append("\n\nSHORT DESCRIPTION\n").Append(Indented(Wrap(synopsis.Text, ""), Indent)).Append('\n');
        BlockKind? last = null;
        foreach (var block in blocks.Skip(2))
        {
            AppendBlock(text, block, last);
            last = block.Kind;
        }

        return text.ToString().Trim() + "\n";
    }

    private static void AppendBlock(StringBuilder text, Block block, BlockKind? last)
    {
        bool joined = last == block.Kind && block.Kind is BlockKind.ListItem or BlockKind.TableRow;
        if (!joined)
        {
            text.Append('\n');
        }

        text.Append(block.Kind switch
        {
            BlockKind.Heading when block.Level == 2 => InlineText.Plain(block.Text).ToUpperInvariant(),
            BlockKind.Heading => "  " + InlineText.Plain(block.Text),
            BlockKind.Code => Indented(block.Text, Indent + Indent),
            BlockKind.ListItem => Indented(Wrap("- " + block.Text, "  "), Indent),
            BlockKind.TableRow => Indented(Wrap("- " + block.Text.Replace("\t", ": ", StringComparison.Ordinal), "  "), Indent),
            _ => Indented(Wrap(block.Text, ""), Indent),
        });
        text.Append('\n');
    }

    private static string Indented(string body, string indent) =>
        string.Join('\n', body.Split('\n').Select(line => line.Length > 0 ? indent + line : line));

    /// <param name="markdown">One paragraph or item.</param>
    /// <param name="hanging">What stands before its second and further lines.</param>
    private static string Wrap(string markdown, string hanging)
    {
        var lines = new List<string>();
        string line = "";
        foreach (string word in InlineText.Plain(markdown).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Width)
            {
                lines.Add(line);
                line = hanging + word;
            }
            else
            {
                line += (line.Length > 0 ? " " : "") + word;
            }
        }

        lines.Add(line);
        return string.Join('\n', lines);
    }
}
