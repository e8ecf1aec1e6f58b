using System.Text;
using MailBackup.Cli.Output;

namespace MailBackup.Tests.Cli;

public class TableTests
{
    private static readonly Column[] Columns = [new("id", Right: true), new("from", Minimum: 6), new("subject", Minimum: 8)];

    private static string[] Render(int width, Action<Table> fill)
    {
        using var stream = new MemoryStream();
        using var output = new OutputWriter(stream, flushLines: false);
        var table = new Table(output, width, Columns);
        fill(table);
        table.Complete();
        output.Flush();
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n')[..^1];
    }

    [Fact]
    public void Columns_are_aligned_and_lines_end_with_their_text() => Assert.Equal(
        [
            "  id  from     subject",
            "   7  alice    Hello",
            "1200  bob@x.y",
        ],
        Render(40, t =>
        {
            t.Row("7", "alice", "Hello");
            t.Row("1200", "bob@x.y", "");
        }));

    [Fact]
    public void Text_gives_way_when_the_table_is_too_wide()
    {
        string[] lines = Render(30, t => t.Row("7", "somebody@a-long-domain.example", "A subject that goes on and on"));
        Assert.All(lines, l => Assert.True(TextWidth.Of(l) <= 30, l));
        Assert.Equal(" 7  somebody@a-…  A subject t…", lines[1]);
    }

    [Fact]
    public void Wide_characters_count_twice_and_marks_not_at_all()
    {
        string[] lines = Render(40, t =>
        {
            t.Row("1", "日本語", "wide");
            t.Row("2", "e\u0301a", "marks");
            t.Row("3", "abcdef", "plain");
        });
        Assert.All(lines[1..], l => Assert.Equal(4 + 6 + 2, TextWidth.Of(l) - TextWidth.Of(l.Split(' ')[^1])));
    }

    [Fact]
    public void Numbers_are_never_cut_and_later_rows_fit_too()
    {
        string[] lines = Render(40, t =>
        {
            for (int i = 0; i < 250; i++)
            {
                t.Row("1", "a", "s");
            }

            t.Row("123456789", "a very long sender", "and a very long subject that does not fit");
        });
        Assert.Equal(252, lines.Length);
        Assert.StartsWith("123456789  a ve", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith("…", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_and_headings_are_cleaned()
    {
        string[] lines = Render(60, t =>
        {
            t.Heading("al\u001b[2Jice");
            t.Row("1", "x\ny", "\u001b[31m");
        });
        Assert.Equal("al\ufffd[2Jice", lines[1]);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, l => Assert.DoesNotContain(l, char.IsControl));
    }

    [Fact]
    public void No_rows_no_output() => Assert.Empty(Render(40, _ => { }));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abcde…")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("abc", 0, "")]
    [InlineData("ab 👍 c", 5, "ab…")]
    public void Cut_keeps_whole_characters(string text, int width, string expected) => Assert.Equal(expected, TextWidth.Cut(text, width));
}
