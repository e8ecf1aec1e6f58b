using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public class AdoptionTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task A_dead_servers_path_is_taken_over_and_the_map_says_from_whom()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var old = f.Node.ServerId;
        var created = f.Node.GetMap().Created;
        var waiting = f.Node.Submit(new ScanRequest());
        f.Node.Dispose();

        var other = new NodeOptions { Home = f["other home"] };
        var refused = Assert.Throws<MailBackupException>(() => BackupNode.Open(f.BackupPath, other));
        Assert.Contains("init --adopt", refused.RecommendedAction, StringComparison.Ordinal);
        using (var node = BackupNode.Adopt(f.BackupPath, other))
        {
            var map = node.GetMap();
            Assert.Equal((node.ServerId, created), (map.ServerId, map.Created));
            var previous = Assert.Single(map.Previous);
            Assert.Equal((old, Environment.MachineName), (previous.ServerId, previous.Host));
            Assert.InRange(previous.Until, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
            Assert.Contains("@" + Environment.MachineName, previous.By, StringComparison.Ordinal);
            Assert.Equal([node.ServerId], f.Layout.FindOwners());
            Assert.Equal(Ann, Assert.Single(node.GetAccounts()).Name);
            Assert.Empty(node.Operations.List());
            Assert.Equal(OperationState.Stopped, node.Operations.Find(waiting.Id)!.State);
            Assert.Equal(OperationState.Completed, (await node.RunAsync(node.Submit(new ScanRequest()), null, default)).State);
        }

        var error = Assert.Throws<MailBackupException>(() => BackupNode.Open(f.BackupPath, f.Options));
        Assert.Equal(ErrorIds.BackupPathOwnedByAnotherServer, error.ErrorId);
        Assert.Contains("took it over from this one on", error.Message, StringComparison.Ordinal);

        // And back again: both are remembered.
        using var back = BackupNode.Adopt(f.BackupPath, f.Options);
        Assert.Equal(2, back.GetMap().Previous.Count);
        Assert.Equal(old, back.ServerId);
    }

    [Fact]
    public void Ones_own_path_stays_as_it_is()
    {
        using var f = new NodeFixture();
        string map = File.ReadAllText(f.Layout.Map(f.Node.ServerId));
        BackupNode.Adopt(f.BackupPath, f.Options).Dispose();
        Assert.Equal(map, File.ReadAllText(f.Layout.Map(f.Node.ServerId)));
    }

    [Fact]
    public void A_server_that_is_at_work_keeps_its_path()
    {
        using var f = new NodeFixture();
        using (WriterLock.TryAcquire(f.Layout.WriterLock))
        {
            var error = Assert.Throws<MailBackupException>(() => BackupNode.Adopt(f.BackupPath, new NodeOptions { Home = f["other"] }));
            Assert.Equal(ErrorIds.BackupPathBusy, error.ErrorId);
        }

        Assert.Equal([f.Node.ServerId], f.Layout.FindOwners());
    }

    /// <summary>A service has its path open for weeks.</summary>
    [Fact]
    public async Task A_node_that_was_open_before_writes_no_more()
    {
        using var f = new NodeFixture();
        f.Server.Deliver("ann@example.com");
        await f.ScanAsync();
        BackupNode.Adopt(f.BackupPath, new NodeOptions { Home = f["other"] }).Dispose();
        f.Server.Deliver("ann@example.com");
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal((OperationState.Failed, ErrorIds.BackupPathOwnedByAnotherServer), (operation.State, operation.ErrorId));
        Assert.Equal(
            ErrorIds.BackupPathOwnedByAnotherServer,
            Assert.Throws<MailBackupException>(() => MailBackup.Realtime.RealtimeSession.TryOpen(f.Layout, f.Node.ServerId, new RecordingSink())).ErrorId);
        Assert.Single(f.Items());
    }

    [Fact]
    public void One_cut_short_is_refused_to_both_until_it_is_done_again()
    {
        using var f = new NodeFixture();
        var other = new NodeOptions { Home = f["other"] };
        byte[] old = File.ReadAllBytes(f.Layout.Map(f.Node.ServerId));
        BackupNode.Adopt(f.BackupPath, other).Dispose();
        File.WriteAllBytes(f.Layout.Map(f.Node.ServerId), old);
        Assert.Throws<MailBackupException>(() => BackupNode.Open(f.BackupPath, other));
        Assert.Throws<MailBackupException>(() => BackupNode.Open(f.BackupPath, f.Options));
        using var node = BackupNode.Adopt(f.BackupPath, other);
        Assert.Equal([f.Node.ServerId], node.GetMap().Previous.Select(p => p.ServerId).Distinct());
    }

    [Fact]
    public void What_is_no_backup_path_cannot_be_taken_over()
    {
        using var folder = new TempFolder();
        var options = new NodeOptions { Home = folder["home"] };
        Assert.Equal(ErrorIds.BackupPathNotFound, Assert.Throws<MailBackupException>(() => BackupNode.Adopt(folder["nowhere"], options)).ErrorId);
        Directory.CreateDirectory(folder["empty"]);
        Assert.Equal(ErrorIds.BackupPathNotInitialized, Assert.Throws<MailBackupException>(() => BackupNode.Adopt(folder["empty"], options)).ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(folder["empty"]));
    }

    [Fact]
    public async Task Of_two_processes_one_writes_and_the_other_waits_for_its_turn()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 300; i++)
        {
            f.Server.Deliver(Ann);
        }

        var runs = Enumerable.Range(0, 3).Select(_ => CommandProcess.Start(f.Options.Home!, "scan", "--backup-path", f.BackupPath, "--json").EndAsync()).ToList();
        foreach (var (code, output, error) in await Task.WhenAll(runs))
        {
            Assert.True(code == 0, output + error);
        }

        Assert.Equal(300, f.Items().Count);
        Assert.Equal(300, f.Node.GetInfo().Items - f.Items(type: Model.ItemType.Folder).Count);
        Assert.Equal(3, f.Node.Operations.History().Count(o => o is { Kind: OperationKind.SmartScan, State: OperationState.Completed }));
    }
}
