using System.Globalization;
using System.Text;

namespace MailBackup.Health;

/// <summary>One chart of the health page: lines over time as SVG, with their last values, and nothing that a browser has to load.</summary>
internal static class HealthChart
{
    private const int Width = 560, Height = 190, Left = 64, Right = 10, Top = 12, Bottom = 24;

    /// <param name="title">What is shown, with its unit.</param>
    /// <param name="lines">By name; points in the order of time. Fewer than two points are said, not drawn.</param>
    public static string Draw(string title, params (string Name, IReadOnlyList<(DateTimeOffset Time, double Value)> Points)[] lines)
    {
        var html = new StringBuilder($"<figure><figcaption>{Encode(title)}</figcaption>");
        var points = lines.SelectMany(l => l.Points).ToList();
        if (points.Count < 2 || points.Max(p => p.Time) == points.Min(p => p.Time))
        {
            return html.Append("<p class=\"none\">Not enough is known yet; the service notes it every hour.</p></figure>").ToString();
        }

        var (from, to) = (points.Min(p => p.Time), points.Max(p => p.Time));
        double top = Round(points.Max(p => p.Value));
        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Encode(title)}\">");
        for (int i = 0; i <= 4; i++)
        {
            double y = Y(top * i / 4, top);
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:N1}\" y2=\"{y:N1}\"/><text class=\"value\" x=\"{Left - 6}\" y=\"{y + 4:N1}\">{Number(top * i / 4)}</text>");
        }

        html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 6}\">{from:yyyy-MM-dd HH:mm}</text><text class=\"value\" x=\"{Width - Right}\" y=\"{Height - 6}\">{to:yyyy-MM-dd HH:mm}</text>");
        for (int i = 0; i < lines.Length; i++)
        {
            string path = string.Join(' ', lines[i].Points.Select(p => string.Create(
                CultureInfo.InvariantCulture, $"{Left + ((p.Time - from) / (to - from) * (Width - Left - Right)):F1},{Y(p.Value, top):F1}")));
            html.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line{i}\" points=\"{path}\"/>");
        }

        html.Append("</svg><p class=\"legend\">");
        for (int i = 0; i < lines.Length; i++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"key{i}\">{Encode(lines[i].Name)}</span> {(lines[i].Points.Count > 0 ? Number(lines[i].Points[^1].Value) : "")} ");
        }

        return html.Append("</p></figure>").ToString();
    }

    public static string Encode(string text) => System.Net.WebUtility.HtmlEncode(text);

    private static double Y(double value, double top) => Height - Bottom - (value / top * (Height - Top - Bottom));

    /// <summary>The next of 1, 2, 5, 10, 20, 50 …</summary>
    private static double Round(double most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 0.001))));
        return new[] { 1, 2, 5, 10 }.Select(f => f * power).First(v => v >= most * 0.999);
    }

    private static string Number(double value) => value switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.##}G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##}M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#}k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}
