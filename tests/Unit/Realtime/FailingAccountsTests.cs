using MailBackup.Realtime;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

public sealed class FailingAccountsTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public void An_account_that_cannot_be_read_is_tried_again_later_and_later_until_it_can()
    {
        var failing = new FailingAccounts(_clock);
        failing.Failed("a", "no connection");
        Assert.Equal(["a"], failing.Unreadable);
        Assert.Contains("no connection", failing.Warning, StringComparison.Ordinal);
        Assert.Empty(failing.TakeDue());
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["a"], failing.TakeDue());
        Assert.Empty(failing.TakeDue());
        failing.Failed("a", "no connection");
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(failing.TakeDue());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], failing.TakeDue());
        for (int i = 0; i < 20; i++)
        {
            failing.Failed("a", "no connection");
        }

        _clock.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(["a"], failing.TakeDue());
        failing.Saved("a");
        Assert.Empty(failing.Unreadable);
        Assert.Null(failing.Warning);
    }

    [Fact]
    public void Items_that_cannot_be_read_are_tried_three_times_and_are_no_gap_of_the_account()
    {
        var failing = new FailingAccounts(_clock);
        for (int i = 0; i < 3; i++)
        {
            failing.Failed("a", null);
            Assert.Empty(failing.Unreadable);
            _clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(["a"], failing.TakeDue());
        }

        failing.Failed("a", null);
        _clock.Advance(TimeSpan.FromSeconds(3600));
        Assert.Empty(failing.TakeDue());
    }
}
