using System.Text;

namespace MailBackup.Cli.Output;

/// <summary>
/// Aligned columns for people. The widths are taken from the first rows, then every further row is written at once: a listing of any length
/// needs the memory of a short one. Cells are cleaned here, so nothing from a mail reaches the terminal as it came.
/// </summary>
internal sealed class Table(OutputWriter output, int width, params Column[] columns)
{
    private const int SampleRows = 200;
    private const int Gap = 2;

    private readonly List<string[]> _sample = [];
    private readonly StringBuilder _line = new();
    private int[]? _widths;

    /// <summary>One cell a column.</summary>
    public void Row(params string?[] cells) => Add(Array.ConvertAll(cells, TextCleaner.Clean));

    /// <summary>A line across all columns, over the rows that follow.</summary>
    public void Heading(string text) => Add([TextCleaner.Clean(text)]);

    /// <summary>Writes what is still held back. A table without rows writes nothing.</summary>
    public void Complete()
    {
        if (_widths is null && _sample.Count > 0)
        {
            Begin();
        }
    }

    private void Add(string[] cells)
    {
        if (_widths is null)
        {
            _sample.Add(cells);
            if (_sample.Count == SampleRows)
            {
                Begin();
            }

            return;
        }

        Write(cells);
    }

    private void Begin()
    {
        _widths = TableLayout.Widths(columns, _sample, width, Gap);
        Write(Array.ConvertAll(columns, c => c.Title));
        foreach (string[] row in _sample)
        {
            Write(row);
        }

        _sample.Clear();
    }

    private void Write(string[] cells)
    {
        if (cells.Length != columns.Length)
        {
            output.Line(TextWidth.Cut(cells[0], width));
            return;
        }

        _line.Clear();
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
            {
                _line.Append(' ', Gap);
            }

            // A number or a date that outgrew the sample pushes its row to the right rather than lose a digit.
            int fit = columns[i].Minimum == 0 ? Math.Max(_widths![i], TextWidth.Of(cells[i])) : _widths![i];
            TextWidth.AppendFitted(_line, cells[i], fit, columns[i].Right);
        }

        output.Line(_line.ToString().AsSpan().TrimEnd());
    }
}
