using System.Xml.Linq;
using MailBackup.Help.Markdown;
using static MailBackup.Help.Output.MamlNames;

namespace MailBackup.Help.Output;

/// <summary>Blocks of Markdown as paragraphs. Get-Help wraps them; it knows no lists and no tables.</summary>
internal static class MamlText
{
    public static IEnumerable<XElement> Paragraphs(IReadOnlyList<Block> blocks)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            // What belongs together stands together: one paragraph, a line an item.
            int end = i + 1;
            while (end < blocks.Count && blocks[i].Kind is BlockKind.ListItem or BlockKind.TableRow && blocks[end].Kind == blocks[i].Kind)
            {
                end++;
            }

            string text = string.Join('\n', blocks.Skip(i).Take(end - i).Select(Text));
            i = end - 1;
            yield return new XElement(Maml + "para", text);
        }
    }

    private static string Text(Block block) => block.Kind switch
    {
        BlockKind.Code => "    " + block.Text.Replace("\n", "\n    ", StringComparison.Ordinal),
        BlockKind.ListItem => "- " + InlineText.Plain(block.Text),
        BlockKind.TableRow => "- " + Row(InlineText.Plain(block.Text).Split('\t')),
        _ => InlineText.Plain(block.Text),
    };

    private static string Row(string[] cells) => $"{cells[0]}: {string.Join(", ", cells.Skip(1))}";
}
