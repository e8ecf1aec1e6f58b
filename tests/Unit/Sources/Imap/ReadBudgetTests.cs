using MailBackup.Sources;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Tests.Sources.Imap;

public sealed class ReadBudgetTests
{
    private static readonly SourceFolder Folder = new() { Path = "INBOX", Kind = FolderKind.Mail, Key = "INBOX" };

    private static SourceItem Item(int uid) => new() { StableKey = $"1.{uid}@0", Key = $"1.{uid}@0" };

    [Fact]
    public async Task What_came_out_of_turn_does_not_stop_the_rest_of_a_mail_that_somebody_has_begun_to_take()
    {
        var budget = new ReadBudget(1000, default);
        PendingContent early = new(Folder, Item(2), 1, 2, budget), first = new(Folder, Item(1), 1, 1, budget);
        Assert.True(first.Begin(4000));
        first.Put(new byte[500]);
        early.Begin(1500);
        early.Put(new byte[1500]);
        early.Complete();
        using var taken = new PendingContentStream(first, () => { });
        var buffer = new byte[8000];
        Assert.Equal(500, await taken.ReadAsync(buffer));
        var room = budget.WaitAsync().AsTask();
        Assert.False(room.IsCompleted);

        // He has all that came of it: the connection must go on, or both wait for ever.
        var rest = taken.ReadAsync(buffer).AsTask();
        Assert.True(await room.WaitAsync(TimeSpan.FromSeconds(10)));
        first.Put(new byte[3500]);
        first.Complete();
        Assert.Equal(3500, await rest.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, await taken.ReadAsync(buffer));
    }

    [Fact]
    public async Task Who_takes_is_waited_for_and_his_taking_makes_room()
    {
        var budget = new ReadBudget(1000, default);
        var content = new PendingContent(Folder, Item(1), 1, 1, budget);
        content.Begin(2000);
        content.Put(new byte[2000]);
        content.Complete();
        using var taken = new PendingContentStream(content, () => { });
        var room = budget.WaitAsync().AsTask();
        Assert.False(room.IsCompleted);
        Assert.Equal(2000, await taken.ReadAsync(new byte[2000]));
        Assert.True(await room.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
