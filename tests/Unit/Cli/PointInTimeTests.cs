using System.Globalization;
using MailBackup.Cli.Parsing;

namespace MailBackup.Tests.Cli;

public class PointInTimeTests
{
    // Two days after summer time began: the wall clock and the number of hours part ways across it.
    private static readonly FixedClock Clock = new(new DateTimeOffset(2026, 3, 31, 10, 15, 30, TimeSpan.Zero));

    [Theory]
    [InlineData("now", "2026-03-31T10:15:30Z")]
    [InlineData("today", "2026-03-30T22:00:00Z")]
    [InlineData("yesterday", "2026-03-30T10:15:30Z")]
    [InlineData("-3d", "2026-03-28T11:15:30Z")]
    [InlineData("-1w", "2026-03-24T11:15:30Z")]
    [InlineData("-2h", "2026-03-31T08:15:30Z")]
    [InlineData("-30m", "2026-03-31T09:45:30Z")]
    [InlineData("-15s", "2026-03-31T10:15:15Z")]
    [InlineData("2026-01-05", "2026-01-04T23:00:00Z")]
    [InlineData("2026-07-05", "2026-07-04T22:00:00Z")]
    [InlineData("2026-01-05 14:30", "2026-01-05T13:30:00Z")]
    [InlineData("2026-01-05T14:30", "2026-01-05T13:30:00Z")]
    [InlineData("2026-01-05T14:30:15", "2026-01-05T13:30:15Z")]
    [InlineData("2026-01-05T14:30Z", "2026-01-05T14:30:00Z")]
    [InlineData("2026-01-05T14:30:00+05:30", "2026-01-05T09:00:00Z")]
    [InlineData("2026-01-05 14:30:00 -02:00", "2026-01-05T16:30:00Z")]
    [InlineData("2026-01-05T14:30:15.1234567Z", "2026-01-05T14:30:15.1234567Z")]
    [InlineData(" 2026-01-05T14:30:15.5 ", "2026-01-05T13:30:15.5Z")]
    [InlineData("20260105T143000Z", "2026-01-05T14:30:00Z")]
    public void Understands(string text, string expected)
    {
        var moment = PointInTime.Parse(text, Clock);
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), moment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrowish")]
    [InlineData("2026-02-30")]
    [InlineData("2026-13-01")]
    [InlineData("01/02/2026")]
    [InlineData("3d")]
    [InlineData("-d")]
    [InlineData("-3")]
    [InlineData("-3y")]
    [InlineData("-99999999d")]
    [InlineData("-999999999999d")]
    [InlineData("--3d")]
    [InlineData("2026-01-05T25:00")]
    public void Refuses(string text)
    {
        var error = Assert.Throws<MailBackupException>(() => PointInTime.Parse(text, Clock));
        Assert.Equal(ErrorIds.DateInvalid, error.ErrorId);
        Assert.True(error.IsUsageError);
    }

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31T23:59:59")]
    public void The_ends_of_the_calendar_are_dates_too(string text) => Assert.NotNull(PointInTime.Parse(text, Clock));

    [Fact]
    public void Nothing_given_is_nothing() => Assert.Null(PointInTime.Parse(null, Clock));
}
