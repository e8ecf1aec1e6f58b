using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

public class ForeignReadingTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task Another_servers_path_is_read_whole_and_stays_as_it_is_to_the_byte()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "First");
        string gone = f.Server.Deliver(Ann, ".Work", subject: "Gone");
        await f.ScanAsync();
        File.Delete(gone);
        await f.ScanAsync();
        var all = new ItemQuery { Selection = ItemSelection.All };
        var expected = f.Node.GetItems(all).ToList();
        f.Node.Dispose();
        var before = Copies.Snapshot(f.BackupPath);

        using var foreign = Open(f);
        Assert.NotNull(foreign.ForeignOwner);
        Assert.Contains(f.Node.ServerId.ToString(), foreign.ForeignNotice, StringComparison.Ordinal);
        Assert.Equal(expected.Select(Text), foreign.GetItems(all).Select(Text));
        Assert.Equal(f.Node.ServerId, foreign.GetInfo().ServerId);
        Assert.Equal(expected.Count(i => !i.Deleted), foreign.GetInfo().Items);
        Assert.Equal(Ann, Assert.Single(foreign.GetAccounts()).Name);
        foreach (var item in expected.Where(i => i is { Type: ItemType.Message, Deleted: false }))
        {
            using var content = foreign.OpenContent(Ann, item.Id);
            Assert.Equal(item.Size, Drain(content).Length);
        }

        Assert.Equal(before, Copies.Snapshot(f.BackupPath));
    }

    [Fact]
    public async Task Torn_ends_are_passed_over_and_left()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "Whole");
        await f.ScanAsync();
        f.Node.Dispose();
        var journal = f.Layout.ItemJournal(f.Layout.ListAccounts().Single()).Segment(1);
        File.AppendAllText(journal, "{\"item\":99,\"tx\":9,");
        using (var bundle = new FileStream(f.Layout.Bundle(0), FileMode.Append))
        {
            bundle.Write(File.ReadAllBytes(f.Layout.Bundle(0)).AsSpan(0, 90));
        }

        var before = Copies.Snapshot(f.BackupPath);
        for (int i = 0; i < 2; i++)
        {
            using var foreign = Open(f);
            Assert.Equal("Whole", Assert.Single(foreign.GetItems(new ItemQuery { Type = ItemType.Message })).Subject);
            Assert.Equal(before, Copies.Snapshot(f.BackupPath));
        }
    }

    [Fact]
    public async Task What_its_own_server_adds_is_seen_the_next_time()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        using var foreign = Open(f);
        Assert.Single(foreign.GetItems(new ItemQuery { Type = ItemType.Message }));
        var added = f.Server.Deliver(Ann, subject: "Later");
        await f.ScanAsync();
        var later = foreign.GetItems(new ItemQuery { Type = ItemType.Message }).Single(i => i.Subject == "Later");
        using var content = foreign.OpenContent(Ann, later.Id);
        Assert.Equal(File.ReadAllBytes(added), Drain(content));
        await f.AssertCoherentAsync();
    }

    [Fact]
    public async Task Another_copy_mounted_at_the_same_place_is_noticed()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, body: new string('a', 30));
        await f.ScanAsync();
        f.Node.Dispose();
        Copies.CopyFolder(f.BackupPath, f["older"]);
        f.Reopen();
        f.Server.Deliver(Ann, subject: "One life");
        await f.ScanAsync();
        f.Node.Dispose();
        using (var foreign = Open(f))
        {
            Assert.Equal(2, foreign.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        }

        // The older copy lived on by itself, and longer.
        Directory.Delete(f.BackupPath, recursive: true);
        Directory.Move(f["older"], f.BackupPath);
        f.Reopen();
        f.Server.Deliver(Ann, subject: "Another life", body: Convert.ToHexString(Guid.NewGuid().ToByteArray()) + new string('z', 200));
        f.Server.Deliver(Ann, subject: "And more", body: Convert.ToHexString(Guid.NewGuid().ToByteArray()));
        await f.ScanAsync();
        f.Node.Dispose();
        using var again = Open(f);
        foreach (var item in again.GetItems(new ItemQuery { Type = ItemType.Message }))
        {
            using var content = again.OpenContent(Ann, item.Id);
            Assert.Equal(item.Size, Drain(content).Length);
        }
    }

    [Fact]
    public async Task Nothing_but_reading_is_allowed()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        using var foreign = Open(f);
        foreach (var change in (Action[])[
            () => foreign.Submit(new ScanRequest()),
            () => foreign.UpdateConfiguration(c => c with { DataRetentionDays = 31 }),
            () => _ = foreign.Operations,
            () => foreign.OpenSource()])
        {
            Assert.Equal(ErrorIds.BackupPathOwnedByAnotherServer, Assert.Throws<MailBackupException>(change).ErrorId);
        }

        var options = new NodeOptions { Home = f["other-home"] };
        Assert.Equal(ErrorIds.BackupPathOwnedByAnotherServer, Assert.Throws<MailBackupException>(() => BackupNode.Open(f.BackupPath, options)).ErrorId);
        using var own = BackupNode.OpenForReading(f.BackupPath, f.Options);
        Assert.Null(own.ForeignOwner);
    }

    [Fact]
    public void What_is_no_backup_path_or_too_new_is_said()
    {
        using var folder = new TempFolder();
        var options = new NodeOptions { Home = folder["home"] };
        Assert.Equal(ErrorIds.BackupPathNotFound, Failure(folder["nowhere"]));
        Directory.CreateDirectory(folder["empty"]);
        Assert.Equal(ErrorIds.BackupPathNotInitialized, Failure(folder["empty"]));
        using (BackupNode.Initialize(folder["new"], options: new NodeOptions { Home = folder["home of another"] }))
        {
        }

        File.WriteAllText(Path.Combine(folder["new"], "backupstat"), "{\"format\":2}");
        Assert.Equal(ErrorIds.BackupPathFormatTooNew, Failure(folder["new"]));

        string Failure(string path) => Assert.Throws<MailBackupException>(() => BackupNode.OpenForReading(path, options)).ErrorId;
    }

    [Fact]
    public async Task A_map_of_another_server_makes_nobody_an_owner_by_chance()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        f.Node.Dispose();
        string map = f.Layout.Map(Guid.NewGuid());
        File.WriteAllText(map, "{}");
        Assert.Equal(ErrorIds.BackupPathOwnedByAnotherServer, Assert.Throws<MailBackupException>(f.Reopen).ErrorId);
        File.Delete(map);
        f.Reopen();
    }

    [MountFact]
    public async Task A_path_on_a_file_system_that_is_mounted_read_only_is_read()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        f.Node.Dispose();
        Assert.True(MemoryFileSystem.TryMount(8, out var mount));
        using (mount)
        {
            Copies.CopyFolder(f.BackupPath, Path.Combine(mount.Path, "backup"));
            mount.SetReadOnly(true);
            using var foreign = BackupNode.OpenForReading(Path.Combine(mount.Path, "backup"), new NodeOptions { Home = f["other-home"] });
            Assert.Single(foreign.GetItems(new ItemQuery { Type = ItemType.Message }));
        }
    }

    private static BackupNode Open(NodeFixture f) => BackupNode.OpenForReading(f.BackupPath, new NodeOptions { Home = f["other-home"] });

    private static string Text(BackupItem item) => $"{item.Id} {item.Transaction} {item.Type} {item.Folder} {item.Subject} {item.Deleted} {item.Flags} {item.Date:O} {item.Digest}";

    private static byte[] Drain(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
