namespace MailBackup.Cli.Output;

/// <summary>Finds the widths of a table's columns.</summary>
internal static class TableLayout
{
    public static int[] Widths(IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows, int available, int gap)
    {
        // A later row may hold more than the sample did: text has its minimum even when the sample needs less.
        int[] widths = [.. columns.Select(c => Math.Max(c.Title.Length, c.Minimum))];
        foreach (string[] row in rows.Where(r => r.Length == widths.Length))
        {
            for (int i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], TextWidth.Of(row[i]));
            }
        }

        int spare = available - (gap * (widths.Length - 1)) - widths.Sum();
        for (; spare < 0; spare++)
        {
            // The widest of those that may shrink gives way, one by one, so that short columns stay whole.
            int widest = -1;
            for (int i = 0; i < widths.Length; i++)
            {
                if (columns[i].Minimum > 0 && widths[i] > columns[i].Minimum && (widest < 0 || widths[i] > widths[widest]))
                {
                    widest = i;
                }
            }

            if (widest < 0)
            {
                break;
            }

            widths[widest]--;
        }

        // Later rows may be longer than the sample: what is left over goes to the last column, where that is text.
        if (spare > 0 && columns[^1].Minimum > 0)
        {
            widths[^1] += spare;
        }

        return widths;
    }
}
