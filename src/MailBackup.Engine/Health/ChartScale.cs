using System.Globalization;

namespace MailBackup.Health;

/// <summary>The axes of a chart: round numbers for values, whole days, months or hours for time.</summary>
internal static class ChartScale
{
    /// <summary>Steps from 0 that go past the greatest value: three to six of them, of 1, 2, 2.5 or 5 times a power of ten.</summary>
    public static IReadOnlyList<double> Values(double most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 1e-6))));
        double step = new[] { 0.1, 0.2, 0.25, 0.5, 1, 2, 2.5 }.Select(f => f * power).First(s => most <= 5 * s);
        return [.. Enumerable.Range(0, (int)Math.Ceiling(Math.Max(most, step) / step - 1e-9) + 1).Select(i => i * step)];
    }

    /// <summary>At most so many moments, equally far apart, the first and the last among them, with what to call them.</summary>
    public static IReadOnlyList<(DateTimeOffset Time, string Name)> Times(DateTimeOffset from, DateTimeOffset to, int most)
    {
        string format = (to - from).TotalDays switch { < 2 => "ddd HH:mm", < 120 => "d MMM", _ => "MMM yyyy" };
        var times = Enumerable.Range(0, most).Select(i => from + ((to - from) * i / (most - 1)));
        return [.. times.Select(t => (t, t.ToLocalTime().ToString(format, CultureInfo.InvariantCulture))).DistinctBy(t => t.Item2)];
    }

    public static string Number(double value, string unit) => unit switch
    {
        "B" => Size(value),
        "s" => Seconds(value),
        _ => Short(value) + unit,
    };

    public static string Size(double bytes) => Math.Abs(bytes) switch
    {
        >= 1e12 => Text($"{bytes / 1e12:0.##} TB"),
        >= 1e9 => Text($"{bytes / 1e9:0.##} GB"),
        >= 1e6 => Text($"{bytes / 1e6:0.#} MB"),
        >= 1e3 => Text($"{bytes / 1e3:0.#} kB"),
        _ => Text($"{bytes:0} B"),
    };

    public static string Seconds(double seconds) => seconds switch
    {
        < 1 => Text($"{seconds:0.##} s"),
        < 120 => Text($"{seconds:0.#} s"),
        < 7_200 => Text($"{seconds / 60:0.#} min"),
        < 172_800 => Text($"{seconds / 3_600:0.#} h"),
        _ => Text($"{seconds / 86_400:0.#} days"),
    };

    private static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e9 => Text($"{value / 1e9:0.##}G"),
        >= 1e6 => Text($"{value / 1e6:0.##}M"),
        >= 1e4 => Text($"{value / 1e3:0.#}k"),
        _ => Text($"{value:0.##}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
