using System.Globalization;
using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>Dates as IMAP writes them (RFC 9051 §9, <c>date-time</c>): <c>"21-Nov-2026 16:17:23 +0000"</c>, the day padded with a blank.</summary>
internal static class ImapDate
{
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>In UTC; null for what is no date.</summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        int day = Digits(text, 0, text.Length > 1 && text[1] == '-' ? 1 : 2);
        text = text.Length > 1 && text[1] == '-' ? text[1..] : text.Length > 2 ? text[2..] : [];
        if (text.Length != 24 || day < 1 || text[0] != '-' || text[4] != '-' || text[9] != ' ' || text[12] != ':' || text[15] != ':' || text[18] != ' '
            || text[19] is not ((byte)'+' or (byte)'-'))
        {
            return null;
        }

        string name = Encoding.ASCII.GetString(text[1..4]);
        int month = Array.FindIndex(Months, m => m.Equals(name, StringComparison.OrdinalIgnoreCase)) + 1;
        int year = Digits(text, 5, 4), hour = Digits(text, 10, 2), minute = Digits(text, 13, 2), second = Digits(text, 16, 2);
        int zoneHour = Digits(text, 20, 2), zoneMinute = Digits(text, 22, 2);
        if (month == 0 || year < 1 || (hour | minute | second | zoneHour | zoneMinute) < 0 || hour > 23 || minute > 59 || second > 60 || zoneMinute > 59
            || day > DateTime.DaysInMonth(year, month))
        {
            return null;
        }

        var local = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Utc);
        var zone = new TimeSpan(zoneHour, zoneMinute, 0);
        try
        {
            return new DateTimeOffset(text[19] == '+' ? local - zone : local + zone, TimeSpan.Zero);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>In UTC, with its quotation marks.</summary>
    public static string Format(DateTimeOffset date)
    {
        var utc = date.UtcDateTime;
        return string.Create(
            CultureInfo.InvariantCulture, $"\"{utc.Day,2}-{Months[utc.Month - 1]}-{utc.Year:0000} {utc.Hour:00}:{utc.Minute:00}:{utc.Second:00} +0000\"");
    }

    private static int Digits(ReadOnlySpan<byte> text, int at, int count)
    {
        int value = 0;
        for (int i = at; i < at + count; i++)
        {
            if (i >= text.Length || text[i] is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + text[i] - '0';
        }

        return value;
    }
}
