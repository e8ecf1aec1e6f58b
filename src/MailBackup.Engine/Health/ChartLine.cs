namespace MailBackup.Health;

/// <summary>One line of a chart.</summary>
/// <param name="Points">In the order of time.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(DateTimeOffset Time, double Value)> Points)
{
    /// <summary>More than a chart has room for would only make the page heavy.</summary>
    private const int MostPoints = 300;

    /// <summary>
    /// The line in pieces, thinned out to the last value of each of equal spans; where nothing was noted for long (the service did not run) a piece ends.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<(DateTimeOffset Time, double Value)>> Pieces()
    {
        if (Points.Count < 2)
        {
            return [Points];
        }

        var (from, to) = (Points[0].Time, Points[^1].Time);
        var span = (to - from) / MostPoints;
        var thin = span > TimeSpan.Zero && Points.Count > MostPoints
            ? [.. Points.GroupBy(p => (int)((p.Time - from) / span)).Select(g => g.Last())]
            : Points;

        // Three times what usually lies between two.
        var gaps = thin.Zip(thin.Skip(1), (a, b) => b.Time - a.Time).Order().ToList();
        var most = gaps[gaps.Count / 2] * 3;
        var pieces = new List<List<(DateTimeOffset Time, double Value)>> { new() { thin[0] } };
        for (int i = 1; i < thin.Count; i++)
        {
            if (thin[i].Time - thin[i - 1].Time > most)
            {
                pieces.Add([]);
            }

            pieces[^1].Add(thin[i]);
        }

        return pieces;
    }

    /// <summary>How much was gained a day, by days or, of a long time, by weeks.</summary>
    public ChartLine Growth()
    {
        if (Points.Count < 2)
        {
            return this with { Points = [] };
        }

        int days = (Points[^1].Time - Points[0].Time).TotalDays > 90 ? 7 : 1;
        var ends = Points.GroupBy(p => p.Time.UtcDateTime.Date.Ticks / TimeSpan.TicksPerDay / days).Select(g => g.Last()).ToList();
        return this with
        {
            Points = [.. ends.Zip(ends.Skip(1), (a, b) => (b.Time, (b.Value - a.Value) / (b.Time - a.Time).TotalDays))],
        };
    }
}
