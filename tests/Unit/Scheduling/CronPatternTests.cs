using MailBackup.Scheduling;

namespace MailBackup.Tests.Scheduling;

public class CronPatternTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("0 4 * * *", "2026-03-10T04:00", "2026-03-11T04:00")]
    [InlineData("0 4 * * *", "2026-03-10T03:59:59", "2026-03-10T04:00")]
    [InlineData("*/15 8-9 * * *", "2026-03-10T09:45", "2026-03-11T08:00")]
    [InlineData("5/20 * * * *", "2026-03-10T09:45", "2026-03-10T10:05")]
    [InlineData("0 0 29 2 *", "2026-03-10T00:00", "2028-02-29T00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00")]
    [InlineData("30 6 * * mon-fri", "2026-03-13T06:30", "2026-03-16T06:30")]
    [InlineData("0 6 * * 7", "2026-03-13T06:30", "2026-03-15T06:00")]
    [InlineData("0 0 13 * FRI", "2026-03-13T00:00", "2026-03-20T00:00")]
    [InlineData("0 12 1 jan,Jul *", "2026-03-13T00:00", "2026-07-01T12:00")]
    [InlineData("@weekly", "2026-03-13T00:00", "2026-03-15T00:00")]
    [InlineData("@yearly", "2026-03-13T00:00", "2027-01-01T00:00")]
    public void The_next_moment_is_found(string pattern, string after, string next) => Assert.Equal(
        Utc(next), CronPattern.Parse(pattern).Next(Utc(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("0 4 * *")]
    [InlineData("0 4 * * * *")]
    [InlineData("60 4 * * *")]
    [InlineData("0 24 * * *")]
    [InlineData("0 4 0 * *")]
    [InlineData("0 4 * 13 *")]
    [InlineData("0 4 * * 8")]
    [InlineData("0 4 * * someday")]
    [InlineData("5-1 4 * * *")]
    [InlineData("*/0 4 * * *")]
    [InlineData("1/2/3 4 * * *")]
    [InlineData("-1 4 * * *")]
    [InlineData("0 4 30 2 *")]
    [InlineData("@never")]
    [InlineData("")]
    public void What_is_no_pattern_is_refused_with_an_example(string pattern)
    {
        var error = Assert.Throws<MailBackupException>(() => CronPattern.Parse(pattern));
        Assert.Equal(ErrorIds.ArgumentInvalid, error.ErrorId);
        Assert.Contains("'0 4 * * *'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>In Berlin 2026-03-29 has no 02:00 to 03:00, and 2026-10-25 has it twice.</summary>
    [Fact]
    public void A_fixed_time_that_is_left_out_runs_when_the_clock_has_gone_forward() => Assert.Equal(
        ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"], Series("30 2 * * *", "2026-03-27T12:00", 3));

    [Fact]
    public void A_fixed_time_that_comes_twice_runs_once() => Assert.Equal(
        ["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"], Series("30 2 * * *", "2026-10-23T12:00", 3));

    [Fact]
    public void Two_times_that_become_one_run_once() => Assert.Equal(
        ["2026-03-29T01:00Z", "2026-03-30T00:00Z", "2026-03-30T01:00Z"], Series("0 2,3 * * *", "2026-03-28T12:00", 3));

    [Fact]
    public void A_pattern_by_the_clock_leaves_out_the_hour_that_is_left_out() => Assert.Equal(
        ["2026-03-29T00:30Z", "2026-03-29T01:30Z"], Series("30 * * * *", "2026-03-29T00:00", 2));

    [Fact]
    public void A_pattern_by_the_clock_runs_in_both_hours() => Assert.Equal(
        ["2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"], Series("30 * * * *", "2026-10-24T23:00", 4));

    [Fact]
    public void Four_o_clock_stays_four_o_clock() => Assert.Equal(
        ["2026-03-28T03:00Z", "2026-03-29T02:00Z", "2026-10-24T02:00Z", "2026-10-25T03:00Z"],
        [.. Series("0 4 * * *", "2026-03-27T12:00", 2), .. Series("0 4 * * *", "2026-10-23T12:00", 2)]);

    [Fact]
    public void The_previous_moment_is_found()
    {
        var weekly = CronPattern.Parse("0 6 * * 0");
        Assert.Equal(Utc("2026-03-15T06:00"), weekly.Previous(Utc("2026-03-15T06:00"), TimeZoneInfo.Utc));
        Assert.Equal(Utc("2026-03-08T06:00"), weekly.Previous(Utc("2026-03-15T05:59"), TimeZoneInfo.Utc));
        Assert.Null(CronPattern.Parse("0 0 29 2 *").Previous(Utc("2027-03-15T05:59"), TimeZoneInfo.Utc));
    }

    private static string[] Series(string pattern, string after, int count)
    {
        var cron = CronPattern.Parse(pattern);
        var moments = new List<string>();
        for (var next = cron.Next(Utc(after), Berlin); moments.Count < count; next = cron.Next(next!.Value, Berlin))
        {
            moments.Add(next!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture));
        }

        return [.. moments];
    }

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
}
