using System.Globalization;
using System.Text;

namespace MailBackup.Health;

/// <summary>One chart of the health page as SVG: lines over time, or bars, with nothing that a browser has to load.</summary>
internal static class HealthChart
{
    private const int Width = 420, Height = 200, Left = 56, Right = 12, Top = 10, Bottom = 26;

    /// <param name="title">What is shown.</param>
    /// <param name="unit"><c>B</c> bytes, <c>s</c> seconds, else what stands behind numbers.</param>
    /// <param name="bars">Bars rather than lines: of what happens now and then.</param>
    /// <param name="lines">Nothing to draw is said, not drawn.</param>
    public static string Draw(string title, string unit, bool bars, params ChartLine[] lines)
    {
        var html = new StringBuilder($"<figure><figcaption>{Encode(title)}<span class=\"legend\">");
        for (int i = 0; i < lines.Length; i++)
        {
            string last = lines[i].Points.Count > 0 ? ChartScale.Number(lines[i].Points[^1].Value, unit) : "";
            html.Append(CultureInfo.InvariantCulture, $" <span class=\"key{i}\">{Encode(lines[i].Name)}</span> <b>{last}</b>");
        }

        html.Append("</span></figcaption>");
        var points = lines.SelectMany(l => l.Points).ToList();
        var (from, to) = points.Count == 0 ? default : (points.Min(p => p.Time), points.Max(p => p.Time));
        if (points.Count < 2 || from == to)
        {
            return html.Append("<p class=\"none\">There is one point yet, or none: the service notes it every hour.</p></figure>").ToString();
        }

        double least = Math.Min(0, points.Min(p => p.Value)), most = Math.Max(points.Max(p => p.Value), 0);
        var steps = ChartScale.Values(Math.Max(most, -least));
        double top = most > 0 ? steps.First(s => s >= most * 0.999) : 0, bottom = least < 0 ? -steps.First(s => s >= -least * 0.999) : 0;
        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Encode(title)}\">");
        foreach (double value in steps.Concat(steps.Select(s => -s)).Distinct().Where(s => s >= bottom && s <= top))
        {
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"{(value == 0 ? "zero" : "grid")}\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/><text class=\"value\" x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\">{ChartScale.Number(value, unit)}</text>");
        }

        var times = ChartScale.Times(from, to, 4);
        for (int i = 0; i < times.Count; i++)
        {
            string anchor = i == 0 ? "start" : times[i].Time == to ? "end" : "middle";
            html.Append(CultureInfo.InvariantCulture, $"<text text-anchor=\"{anchor}\" x=\"{X(times[i].Time):F1}\" y=\"{Height - 7}\">{times[i].Name}</text>");
        }

        for (int i = 0; i < lines.Length; i++)
        {
            if (bars)
            {
                Bars(lines[i], i);
            }
            else
            {
                Lines(lines[i], i, area: lines.Length == 1);
            }
        }

        return html.Append("</svg></figure>").ToString();

        double X(DateTimeOffset time) => Left + ((time - from) / (to - from) * (Width - Left - Right));

        double Y(double value) => Height - Bottom - ((value - bottom) / (top - bottom) * (Height - Top - Bottom));

        string Place((DateTimeOffset Time, double Value) point) => string.Create(CultureInfo.InvariantCulture, $"{X(point.Time):F1},{Y(point.Value):F1}");

        void Lines(ChartLine line, int number, bool area)
        {
            foreach (var piece in line.Pieces())
            {
                if (piece.Count == 1)
                {
                    html.Append(CultureInfo.InvariantCulture, $"<circle class=\"fill{number}\" r=\"2\" cx=\"{X(piece[0].Time):F1}\" cy=\"{Y(piece[0].Value):F1}\"/>");
                    continue;
                }

                string path = string.Join(' ', piece.Select(Place));
                if (area)
                {
                    html.Append(CultureInfo.InvariantCulture, $"<polygon class=\"area{number}\" points=\"{X(piece[0].Time):F1},{Y(0):F1} {path} {X(piece[^1].Time):F1},{Y(0):F1}\"/>");
                }

                html.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line{number}\" points=\"{path}\"/>");
            }
        }

        void Bars(ChartLine line, int number)
        {
            double wide = Math.Clamp((double)(Width - Left - Right) / line.Points.Count * 0.7, 1, 14);
            foreach (var (time, value) in line.Points)
            {
                double x = Math.Clamp(X(time) - (wide / 2), Left, Width - Right - wide);
                html.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill{number}\" x=\"{x:F1}\" width=\"{wide:F1}\" y=\"{Y(Math.Max(value, 0)):F1}\" height=\"{Math.Max(0.5, Math.Abs(Y(value) - Y(0))):F1}\"/>");
            }
        }
    }

    public static string Encode(string text) => System.Net.WebUtility.HtmlEncode(text);
}
