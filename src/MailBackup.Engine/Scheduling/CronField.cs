using System.Globalization;

namespace MailBackup.Scheduling;

/// <summary>One field of a cron pattern: the values that it admits, as bits.</summary>
/// <param name="Name">As people call it, for errors.</param>
/// <param name="Names">Names of the values, the first for <paramref name="Minimum"/>; empty when there are none.</param>
internal sealed record CronField(string Name, int Minimum, int Maximum, string[] Names)
{
    public static readonly CronField Minute = new("minute", 0, 59, []);
    public static readonly CronField Hour = new("hour", 0, 23, []);
    public static readonly CronField Day = new("day of the month", 1, 31, []);
    public static readonly CronField Month = new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);

    /// <summary>0 and 7 are Sunday.</summary>
    public static readonly CronField DayOfWeek = new("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    /// <summary>Reads a list of values, ranges and steps. Throws <see cref="FormatException"/> with a sentence.</summary>
    public ulong Parse(string text)
    {
        ulong values = 0;
        foreach (string part in text.Split(','))
        {
            string[] step = part.Split('/');
            int every = step.Length == 1 ? 1 : step.Length == 2 ? Number(step[1], part) : throw Wrong(part);
            if (every < 1)
            {
                throw Wrong(part);
            }

            var (from, to) = Range(step[0], stepped: step.Length == 2);
            for (int value = from; value <= to; value += every)
            {
                values |= 1UL << value;
            }
        }

        return values;
    }

    private (int From, int To) Range(string text, bool stepped)
    {
        if (text == "*")
        {
            return (Minimum, Maximum);
        }

        string[] ends = text.Split('-');
        int from = Value(ends[0], text);
        int to = ends.Length switch
        {
            1 => stepped ? Maximum : from,
            2 => Value(ends[1], text),
            _ => throw Wrong(text),
        };
        return from <= to ? (from, to) : throw Wrong(text);
    }

    private int Value(string text, string part)
    {
        int named = Array.FindIndex(Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        int value = named >= 0 ? named + Minimum : Number(text, part);
        return value >= Minimum && value <= Maximum ? value : throw Wrong(part);
    }

    private int Number(string text, string part) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Wrong(part);

    private FormatException Wrong(string part) => new($"'{part}' is no {Name} ({Minimum} to {Maximum}{(Names.Length > 0 ? $", {Names[0]} to {Names[^1]}" : "")}).");
}
