using MailBackup.Cli.Commands;
using MailBackup.Model;

namespace MailBackup.Tests.Cli;

public class StateChangeTests
{
    private static readonly BackupItem Item = new()
    {
        Account = "a@b.c",
        AccountId = Guid.Empty,
        Id = new ItemId(1),
        Type = ItemType.Message,
        Folder = "INBOX",
    };

    [Fact]
    public void Each_change_has_its_word()
    {
        Assert.Equal("added", StateChange.Describe(null, Item));
        Assert.Equal("deleted", StateChange.Describe(Item, Item with { Deleted = true }));
        Assert.Equal("back", StateChange.Describe(Item with { Deleted = true }, Item));
        Assert.Equal("moved, flags", StateChange.Describe(Item, Item with { Folder = "Archive", Flags = MessageFlags.Seen }));
        Assert.Equal("tags", StateChange.Describe(Item, Item with { Tags = ["x"] }));
        Assert.Equal("content", StateChange.Describe(Item, Item with { Digest = Digest.Of("x"u8) }));
        Assert.Equal("renamed", StateChange.Describe(Item with { Type = ItemType.Folder }, Item with { Type = ItemType.Folder, Folder = "B" }));
    }
}
