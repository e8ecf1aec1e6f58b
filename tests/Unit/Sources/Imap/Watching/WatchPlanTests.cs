using MailBackup.Sources;
using MailBackup.Sources.Imap.Watching;
using static MailBackup.Sources.Imap.Watching.WatchPlan;

namespace MailBackup.Tests.Sources.Imap.Watching;

public sealed class WatchPlanTests
{
    [Fact]
    public void With_room_for_all_all_are_followed() =>
        Assert.Equal(["a", "b"], Choose([new("a", null, null), new("b", 5, 0)], 2, 100).Order(StringComparer.Ordinal));

    [Fact]
    public void Where_nothing_is_known_the_first_are_taken_and_stay()
    {
        Assert.Equal(["a", "b"], Choose([new("c", null, null), new("b", null, null), new("a", null, null)], 2, 100).Order(StringComparer.Ordinal));
        Assert.Equal(["b", "c"], Choose([new("c", null, 10), new("b", null, 10), new("a", null, null)], 2, 100).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whoever_was_active_last_takes_the_place_of_the_quietest_but_not_at_once()
    {
        Candidate[] At(long changed) => [new("busy", 900, 0), new("quiet", 200, 0), new("new", changed, null)];
        Assert.Equal(["busy", "quiet"], Choose(At(299), 2, 100).Order(StringComparer.Ordinal));
        Assert.Equal(["busy", "new"], Choose(At(301), 2, 100).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_room_nobody_is() => Assert.Empty(Choose([new("a", 1, 1)], 0, 100));

    [Fact]
    public void A_print_is_another_when_anything_of_a_folder_is_and_none_without_tokens()
    {
        var inbox = new SourceFolder { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX", Token = "i1.1.2.3.4", Identity = "x" };
        var prints = new SourceFolder[][]
        {
            [inbox], [inbox with { Token = "i1.1.2.3.5" }], [inbox with { Path = "INBOY" }], [inbox with { Identity = null }],
            [inbox with { Attributes = new Dictionary<string, string> { ["subscribed"] = "1" } }], [inbox, inbox], [],
        }.Select(FolderPrint.Of).ToList();
        Assert.Equal(prints.Count, prints.Distinct().Count());
        Assert.Equal(prints[0], FolderPrint.Of([inbox with { }]));
        Assert.Null(FolderPrint.Of([inbox, inbox with { Token = null }]));
    }

    [Fact]
    public void A_look_tells_whether_something_may_have_happened()
    {
        var account = new WatchedAccount("a");
        SourceFolder[] Folders(string? token) => [new() { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX", Token = token }];
        Assert.True(account.Look(Folders("1"), TimeSpan.Zero));
        Assert.Null(account.Changed);
        Assert.False(account.Look(Folders("1"), TimeSpan.Zero));
        account.Fail("away");
        Assert.Equal(("away", 1), (account.Trouble, account.Failures));
        Assert.True(account.Look(Folders("2"), TimeSpan.Zero));
        Assert.NotNull(account.Changed);
        Assert.Equal((null, 0), (account.Trouble, account.Failures));

        // Where the server has no tokens every look may be at a change, but not every look is one.
        Assert.True(account.Look(Folders(null), TimeSpan.Zero));
        Assert.False(account.Look(Folders(null), TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData(1, false, 0.5, 1.5)]
    [InlineData(3, false, 2, 6)]
    [InlineData(1000, false, 60, 180)]
    [InlineData(1, true, 4, 12)]
    [InlineData(1000, true, 450, 1350)]
    public void Pauses_grow_and_differ(int failures, bool refused, double least, double most)
    {
        var pauses = Enumerable.Range(0, 50).Select(_ => WatchPause.After(failures, refused).TotalSeconds).ToList();
        Assert.All(pauses, p => Assert.InRange(p, least, most));
        Assert.True(pauses.Distinct().Count() > 10);
    }
}
