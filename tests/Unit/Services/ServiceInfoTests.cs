using MailBackup.Realtime;
using MailBackup.Services;

namespace MailBackup.Tests.Services;

public sealed class ServiceInfoTests
{
    private static readonly ServiceInfo Following = new()
    {
        State = ServiceState.Running,
        Realtime = new RealtimeInfo
        {
            State = RealtimeState.Running, Unwatched = ["away@example.com"], Rounds = ["bob@example.com"], RoundSeconds = 300, Protection = "One of three.",
        },
    };

    [Fact]
    public void Only_an_account_that_is_followed_at_once_is_kept_up()
    {
        Assert.True(Following.KeepsUp("ann@example.com"));
        Assert.False(Following.KeepsUp("BOB@example.com"));
        Assert.False(Following.KeepsUp("away@example.com"));
        Assert.False((Following with { Realtime = Following.Realtime with { Pending = 1 } }).KeepsUp("ann@example.com"));
    }

    [Fact]
    public void What_the_service_says_is_read_as_it_was_written()
    {
        var read = ServiceJson.Read(ServiceJson.Write(Following)).Realtime;
        Assert.Equal(("bob@example.com", 300d, "One of three.", "away@example.com"), (read.Rounds.Single(), read.RoundSeconds, read.Protection, read.Unwatched.Single()));

        // As an older version wrote it.
        const string rounds = "\"rounds\":[\"bob@example.com\"],\"roundSeconds\":300,";
        string written = ServiceJson.Write(Following);
        Assert.Contains(rounds, written, StringComparison.Ordinal);
        Assert.Empty(ServiceJson.Read(written.Replace(rounds, "", StringComparison.Ordinal)).Realtime.Rounds);
    }
}
