using System.Globalization;

namespace MailBackup.Cli.Parsing;

/// <summary>Reads the moments that <c>--at</c> takes.</summary>
internal static class PointInTime
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyyMMddTHHmmss",
    ];

    private static readonly string[] ZonedFormats =
    [
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-ddTHH:mmK",
        "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyyMMddTHHmmssK",
    ];

    /// <summary>Null stays null. Throws <c>DateInvalid</c>.</summary>
    public static DateTimeOffset? Parse(string? text, TimeProvider clock)
    {
        if (text is null)
        {
            return null;
        }

        return TryParse(text.Trim(), clock, out var moment)
            ? moment
            : throw new MailBackupException(
                ErrorIds.DateInvalid,
                $"'{text}' is not a date that can be understood.",
                "Write it like 2026-03-01, 2026-03-01T14:30, 2026-03-01T14:30:00+01:00, yesterday, -3d, -2h or -30m.",
                text);
    }

    private static bool TryParse(string text, TimeProvider clock, out DateTimeOffset moment)
    {
        var now = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), clock.LocalTimeZone);
        switch (text)
        {
            case "now":
                moment = now;
                return true;
            case "today":
                moment = InZone(now.Date, clock.LocalTimeZone);
                return true;
            case "yesterday":
                // By the clock on the wall: the same time of day also when the clocks were changed in between.
                moment = InZone(now.DateTime.AddDays(-1), clock.LocalTimeZone);
                return true;
        }

        if (text.Length > 2 && text[0] == '-' && TryParseAgo(text, now, clock.LocalTimeZone, out moment))
        {
            return true;
        }

        if (DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            moment = InZone(local, clock.LocalTimeZone);
            return true;
        }

        return DateTimeOffset.TryParseExact(text, ZonedFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
    }

    private static bool TryParseAgo(string text, DateTimeOffset now, TimeZoneInfo zone, out DateTimeOffset moment)
    {
        moment = default;
        if (!int.TryParse(text.AsSpan(1..^1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return false;
        }

        try
        {
            moment = text[^1] switch
            {
                'w' => InZone(now.DateTime.AddDays(-7.0 * count), zone),
                'd' => InZone(now.DateTime.AddDays(-count), zone),
                'h' => now.AddHours(-count),
                'm' => now.AddMinutes(-count),
                's' => now.AddSeconds(-count),
                _ => default,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }

        return moment != default;
    }

    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset = zone.GetUtcOffset(local);
        // The first and the last day of the calendar have no room for an offset.
        return local.Ticks < offset.Ticks || local > DateTime.MaxValue + TimeSpan.FromTicks(Math.Min(0, offset.Ticks))
            ? new DateTimeOffset(local, TimeSpan.Zero)
            : new DateTimeOffset(local, offset);
    }
}
