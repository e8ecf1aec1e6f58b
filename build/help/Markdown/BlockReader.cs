namespace MailBackup.Help.Markdown;

/// <summary>Splits a page into blocks. Lists are flat, tables have a heading row, code is fenced: more is not needed for help.</summary>
internal sealed class BlockReader(string[] lines)
{
    private const string Fence = "```";
    private readonly List<Block> _blocks = [];
    private int _next;

    public static List<Block> Read(string file) => new BlockReader(File.ReadAllLines(file)).Read();

    private List<Block> Read()
    {
        while (_next < lines.Length)
        {
            string line = lines[_next];
            if (string.IsNullOrWhiteSpace(line))
            {
                _next++;
            }
            else if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                ReadCode(line[Fence.Length..].Trim());
            }
            else if (line[0] == '#')
            {
                int level = line.TakeWhile(c => c == '#').Count();
                _blocks.Add(new Block(BlockKind.Heading, ++_next, line[level..].Trim(), level));
            }
            else if (line[0] == '|')
            {
                ReadTable();
            }
            else
            {
                ReadText(IsListItem(line) ? BlockKind.ListItem : BlockKind.Paragraph);
            }
        }

        return _blocks;
    }

    private void ReadCode(string language)
    {
        int first = ++_next;
        while (_next < lines.Length && !lines[_next].StartsWith(Fence, StringComparison.Ordinal))
        {
            _next++;
        }

        _blocks.Add(new Block(BlockKind.Code, first, string.Join('\n', lines[first.._next]), Language: language));
        _next++;
    }

    /// <summary>Cells are joined by tabs; the heading row and the line under it say nothing that the text does not.</summary>
    private void ReadTable()
    {
        int first = _next;
        for (; _next < lines.Length && lines[_next].StartsWith('|'); _next++)
        {
            if (_next - first >= 2)
            {
                var cells = lines[_next].Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);
                _blocks.Add(new Block(BlockKind.TableRow, _next + 1, string.Join('\t', cells)));
            }
        }
    }

    /// <summary>A paragraph or an item goes on until something else begins.</summary>
    private void ReadText(BlockKind kind)
    {
        int first = _next;
        var text = new List<string> { kind == BlockKind.ListItem ? lines[_next][2..].Trim() : lines[_next].Trim() };
        for (_next++; _next < lines.Length && !BeginsBlock(lines[_next]); _next++)
        {
            text.Add(lines[_next].Trim());
        }

        _blocks.Add(new Block(kind, first + 1, string.Join(' ', text)));
    }

    private static bool IsListItem(string line) => line.StartsWith("- ", StringComparison.Ordinal);

    private static bool BeginsBlock(string line) => string.IsNullOrWhiteSpace(line)
        || line[0] is '#' or '|'
        || line.StartsWith(Fence, StringComparison.Ordinal)
        || IsListItem(line);
}
