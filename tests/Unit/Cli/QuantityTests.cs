using MailBackup.Cli.Output;

namespace MailBackup.Tests.Cli;

public class QuantityTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(1234, "1.2 kB")]
    [InlineData(99_949, "99.9 kB")]
    [InlineData(99_960, "100 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.0 MB")]
    [InlineData(34_500_000, "34.5 MB")]
    [InlineData(9_223_372_036_854_775_807, "9223 PB")]
    public void Sizes(long bytes, string expected) => Assert.Equal(expected, Quantity.Size(bytes));

    [Theory]
    [InlineData(0, "0.00 s")]
    [InlineData(0.137, "0.14 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(245, "4:05")]
    [InlineData(3723, "1:02:03")]
    public void Times(double seconds, string expected) => Assert.Equal(expected, Quantity.Time(seconds));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(double.PositiveInfinity, "888888:53:20")]
    [InlineData(-4, "0:00")]
    public void Clocks(double seconds, string expected) => Assert.Equal(expected, Quantity.Clock(seconds));

    [Fact]
    public void Rates_of_nothing_are_zero()
    {
        Assert.Equal("0 B/s", Quantity.ByteRate(100, 0));
        Assert.Equal("0/s", Quantity.ItemRate(100, 0));
        Assert.Equal("1.2 MB/s", Quantity.ByteRate(2_400_000, 2));
        Assert.Equal("1,234/s", Quantity.ItemRate(2468, 2));
    }

    [Fact]
    public void Shares_and_counts()
    {
        Assert.Equal("(37 %)", Quantity.Share(37, 100));
        Assert.Equal("(37.5 %)", Quantity.Share(375, 1000));
        Assert.Equal("", Quantity.Share(3, 0));
        Assert.Equal("", Quantity.Share(30, 3));
        Assert.Equal("1 item", Quantity.Count(1, "item", "items"));
        Assert.Equal("12,345 items", Quantity.Count(12345, "item", "items"));
    }
}
