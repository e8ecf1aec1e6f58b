using MailBackup.Operations;

namespace MailBackup.Tests.Operations;

public class ProgressMeterTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void A_steady_run_tells_its_rate_per_cent_and_seconds_left()
    {
        var meter = new ProgressMeter(_clock);
        var progress = new OperationProgress();
        for (int i = 0; i <= 40; i++)
        {
            progress = meter.Measure(new OperationProgress { Activity = "Scanning", ItemsDone = i * 50, ItemsTotal = 10_000, BytesDone = i * 500 });
            _clock.Advance(0.5);
        }

        Assert.Equal("Scanning", progress.Activity);
        Assert.Equal(20, progress.Seconds, 6);
        Assert.Equal(20, progress.Percent!.Value, 6);
        Assert.Equal(100, meter.ItemsPerSecond, 1);
        Assert.Equal(1000, meter.BytesPerSecond, 1);
        Assert.Equal(80, progress.SecondsLeft!.Value, 1);
    }

    [Fact]
    public void A_burst_moves_the_estimate_only_a_little_and_a_lasting_change_moves_it()
    {
        var meter = new ProgressMeter(_clock);
        long done = 0;
        Go(20, 100);
        Go(1, 1000);
        Assert.InRange(meter.ItemsPerSecond, 101, 250);
        Go(60, 10);
        Assert.InRange(meter.ItemsPerSecond, 9, 20);

        void Go(int seconds, int rate)
        {
            for (int i = 0; i < seconds; i++)
            {
                _clock.Advance(1);
                done += rate;
                meter.Measure(new OperationProgress { ItemsDone = done, ItemsTotal = 100_000 });
            }
        }
    }

    [Fact]
    public void Without_totals_nothing_is_guessed()
    {
        var meter = new ProgressMeter(_clock);
        _clock.Advance(5);
        var progress = meter.Measure(new OperationProgress { ItemsDone = 10 });
        Assert.Null(progress.Percent);
        Assert.Null(progress.SecondsLeft);
        Assert.Equal(2, meter.ItemsPerSecond, 6);
    }

    [Fact]
    public void No_estimate_is_made_at_once_or_from_a_standstill()
    {
        var meter = new ProgressMeter(_clock);
        _clock.Advance(0.5);
        Assert.Null(meter.Measure(new OperationProgress { ItemsDone = 10, ItemsTotal = 100 }).SecondsLeft);
        var idle = new ProgressMeter(_clock);
        _clock.Advance(5);
        Assert.Null(idle.Measure(new OperationProgress { ItemsTotal = 100 }).SecondsLeft);
        Assert.Equal(0, idle.Measure(new OperationProgress { ItemsTotal = 100 }).Percent);
    }

    [Fact]
    public void Accounts_stand_in_until_the_items_are_counted()
    {
        var meter = new ProgressMeter(_clock);
        _clock.Advance(10);
        var byAccount = meter.Measure(new OperationProgress { ItemsDone = 500, AccountsDone = 1, AccountsTotal = 4 });
        Assert.Equal(25, byAccount.Percent);
        Assert.Equal(30, byAccount.SecondsLeft!.Value, 6);
        _clock.Advance(10);
        var byItem = meter.Measure(new OperationProgress { ItemsDone = 1000, ItemsTotal = 2000, AccountsDone = 1, AccountsTotal = 4 });
        Assert.Equal(50, byItem.Percent);
        Assert.Equal(20, byItem.SecondsLeft!.Value, 6);
    }

    [Fact]
    public void More_than_all_is_all()
    {
        var meter = new ProgressMeter(_clock);
        _clock.Advance(2);
        var progress = meter.Measure(new OperationProgress { ItemsDone = 12, ItemsTotal = 10 });
        Assert.Equal((100, 0), (progress.Percent, progress.SecondsLeft));
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public void Advance(double seconds) => _now += (long)(seconds * TimestampFrequency);
    }
}
