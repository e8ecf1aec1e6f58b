using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Sources.Imap.Reading;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>What Cyrus keeps besides messages, and what it tells of changes.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class CyrusScanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CyrusFact]
    public async Task Shares_annotations_copies_and_changes_of_flags_are_seen()
    {
        using var server = new CyrusServer();
        using var node = server.NewNode(_folder);
        using var alice = server.Login("alice");
        alice.Send("CREATE Letters");
        alice.Send("SETACL Letters bob lrs");
        alice.Send("SETMETADATA Letters (/private/comment \"To be kept\")");
        for (int n = 1; n <= 40; n++)
        {
            alice.Append("INBOX", "", Moment(n), Mail(n));
        }

        await CyrusServer.CompleteAsync(node, new ScanRequest());
        var letters = Folder(node, "Letters").Attributes!;
        Assert.Equal("bob lrs", letters[FolderDetails.Acl].Split('\n').Single(l => l.StartsWith("bob", StringComparison.Ordinal)));
        Assert.DoesNotContain(letters[FolderDetails.Acl].Split('\n'), l => l.StartsWith("alice", StringComparison.Ordinal));
        Assert.Equal("To be kept", letters[FolderDetails.Metadata + "/private/comment"]);
        var unchanged = await CyrusServer.CompleteAsync(node, new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (unchanged.Added, unchanged.Updated, unchanged.BytesRead));

        alice.Send("SELECT INBOX");
        alice.Send("UID STORE 7 +FLAGS (\\Flagged)");
        alice.Send("UID COPY 8 Letters");
        alice.Send("UID STORE 9 +FLAGS (\\Deleted)");
        alice.Send("UID EXPUNGE 9");
        alice.Send("DELETEACL Letters bob");
        var changed = await CyrusServer.CompleteAsync(node, new ScanRequest());
        Assert.Equal((1L, 1L, 0L), (changed.Added, changed.Deleted, changed.BytesRead));
        Assert.DoesNotContain("bob", Folder(node, "Letters").Attributes?.GetValueOrDefault(FolderDetails.Acl) ?? "", StringComparison.Ordinal);
        Assert.Equal(40, node.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        Assert.Equal(1, node.GetItems(new ItemQuery { Type = ItemType.Message }).Count(i => i.Flags == MessageFlags.Flagged));
    }

    private static FolderStat Folder(BackupNode node, string path)
    {
        var registry = AccountRegistry.Load(node.Layout);
        return registry.Stats[registry.FindLiving("alice")!.Value].Folders.Single(f => f.Path == path);
    }
}
