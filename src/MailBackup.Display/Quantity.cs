using System.Globalization;

namespace MailBackup.Display;

/// <summary>Numbers, sizes, rates and times as people read them.</summary>
public static class Quantity
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>A retention.</summary>
    public static string Days(int days) => days == 0 ? "kept for ever" : $"kept {Count(days, "day", "days")}";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 item</c>, <c>1,234 items</c>.</summary>
    public static string Count(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";

    /// <summary>Decimal units, three digits: <c>999 B</c>, <c>1.2 kB</c>, <c>34.5 MB</c>, <c>120 MB</c>.</summary>
    public static string Size(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        string format = unit == 0 || bytes >= 99.95 ? "0" : "0.0";
        return string.Create(CultureInfo.InvariantCulture, $"{bytes.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    public static string ByteRate(double bytes, double seconds) => Size(seconds > 0 ? bytes / seconds : 0) + "/s";

    public static string ItemRate(double items, double seconds) => Count((long)(seconds > 0 ? items / seconds : 0)) + "/s";

    /// <summary><c>0.14 s</c>, <c>12.3 s</c>, <c>4:05</c>, <c>1:02:03</c>.</summary>
    public static string Time(double seconds) => seconds switch
    {
        < 10 => seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s",
        < 60 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        _ => Clock(seconds),
    };

    /// <summary><c>0:07</c>, <c>4:05</c>, <c>1:02:03</c>.</summary>
    public static string Clock(double seconds)
    {
        long whole = (long)Math.Round(Math.Clamp(seconds, 0, 3.2e9));
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60}:{whole % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}");
    }

    /// <summary><c>(37 %)</c>, stored as a share of read; empty where that says nothing: of little mail, the frame weighs more than the content.</summary>
    public static string Share(double part, double whole) => whole > 0 && part <= whole
        ? (part / whole).ToString("(0.#%)", CultureInfo.InvariantCulture).Replace("%", " %", StringComparison.Ordinal)
        : "";
}
