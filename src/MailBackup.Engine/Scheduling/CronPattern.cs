namespace MailBackup.Scheduling;

/// <summary>
/// When something recurs, as crontab(5) writes it: minute, hour, day of the month, month, day of the week; or <c>@hourly</c>, <c>@daily</c>,
/// <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>. Where both days are restricted, either of them is enough.
/// </summary>
/// <remarks>
/// When clocks change, the rules of cron(8) hold. A pattern of fixed times runs exactly once on each of its days: a time that is left out
/// runs as soon as the clock has gone forward, one that comes twice runs the first time. A pattern whose minute or hour is <c>*</c> goes by the clock
/// on the wall: it leaves out what is left out and runs again in the hour that comes again.
/// </remarks>
public sealed class CronPattern
{
    // Clocks change by an hour, in one place by half of one and in history by two.
    private static readonly TimeSpan MostClockChange = TimeSpan.FromHours(3);

    // The 29th of February may be eight years away.
    private const int YearsAhead = 9;

    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    private readonly ulong _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday, _byTheClock;

    private CronPattern(string text, string[] fields)
    {
        Text = text;
        _minutes = CronField.Minute.Parse(fields[0]);
        _hours = CronField.Hour.Parse(fields[1]);
        _days = CronField.Day.Parse(fields[2]);
        _months = CronField.Month.Parse(fields[3]);
        _weekdays = CronField.DayOfWeek.Parse(fields[4]);
        _weekdays |= (_weekdays >> 7) & 1;
        _anyDay = fields[2].StartsWith('*');
        _anyWeekday = fields[4].StartsWith('*');
        _byTheClock = fields[0].StartsWith('*') || fields[1].StartsWith('*');
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Throws <c>ArgumentInvalid</c>.</summary>
    public static CronPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        string[] fields = Words.GetValueOrDefault(trimmed, trimmed).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        try
        {
            var pattern = fields.Length == 5
                ? new CronPattern(trimmed, fields) : throw new FormatException($"It has {fields.Length} fields, not 5.");
            return pattern.Next(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc) is not null
                ? pattern : throw new FormatException("There is no such day.");
        }
        catch (FormatException e)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"'{text}' is no cron pattern. {e.Message}",
                "Write minute, hour, day of the month, month and day of the week: '0 4 * * *' is every day at four.", text, e);
        }
    }

    /// <summary>The first moment after <paramref name="after"/> when the clocks of <paramref name="zone"/> show a time of the pattern; null when none comes.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime - MostClockChange;
        DateTimeOffset? next = null;
        var found = DateTime.MaxValue;
        foreach (var time in LocalTimes(local))
        {
            if (next is not null && time > found + MostClockChange)
            {
                break;
            }

            foreach (var moment in Moments(time, zone))
            {
                if (moment > after && (next is null || moment < next))
                {
                    next = moment;
                    found = time;
                }
            }
        }

        return next;
    }

    /// <summary>The last moment not after <paramref name="now"/>; null when there was none in the last year.</summary>
    public DateTimeOffset? Previous(DateTimeOffset now, TimeZoneInfo zone)
    {
        foreach (int hours in (ReadOnlySpan<int>)[1, 25, 8 * 24, 32 * 24, 367 * 24])
        {
            DateTimeOffset? last = null;
            for (var next = Next(now.AddHours(-hours), zone); next <= now; next = Next(next.Value, zone))
            {
                last = next;
            }

            if (last is not null)
            {
                return last;
            }
        }

        return null;
    }

    public override string ToString() => Text;

    /// <summary>The moments at which the clocks of a zone show a time: one, none, or two.</summary>
    private IEnumerable<DateTimeOffset> Moments(DateTime time, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(time))
        {
            if (_byTheClock)
            {
                yield break;
            }

            do
            {
                time = time.AddMinutes(1);
            }
            while (zone.IsInvalidTime(time));
        }

        if (!zone.IsAmbiguousTime(time))
        {
            yield return new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime();
            yield break;
        }

        var offsets = zone.GetAmbiguousTimeOffsets(time).OrderDescending();
        foreach (var offset in _byTheClock ? offsets : offsets.Take(1))
        {
            yield return new DateTimeOffset(time, offset).ToUniversalTime();
        }
    }

    private IEnumerable<DateTime> LocalTimes(DateTime from)
    {
        var last = from.Date.AddYears(YearsAhead);
        for (var day = from.Date; day < last; day = day.AddDays(1))
        {
            if (!IsDay(day))
            {
                continue;
            }

            for (int hour = 0; hour < 24; hour++)
            {
                for (int minute = 0; Has(_hours, hour) && minute < 60; minute++)
                {
                    var time = day.AddMinutes((hour * 60) + minute);
                    if (Has(_minutes, minute) && time >= from)
                    {
                        yield return time;
                    }
                }
            }
        }
    }

    private bool IsDay(DateTime day)
    {
        bool byDay = Has(_days, day.Day), byWeekday = Has(_weekdays, (int)day.DayOfWeek);
        return Has(_months, day.Month) && (_anyDay || _anyWeekday ? byDay && byWeekday : byDay || byWeekday);
    }

    private static bool Has(ulong values, int value) => (values >> value & 1) != 0;
}
