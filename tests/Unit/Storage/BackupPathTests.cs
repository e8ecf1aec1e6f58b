using System.Text;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public class BackupPathTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public void One_that_is_not_there_is_not_made_by_opening_it()
    {
        using var folder = new TempFolder();
        AssertFails(ErrorIds.BackupPathNotFound, () => BackupNode.Open(folder["backup"], Home(folder)));
        Assert.False(Directory.Exists(folder["backup"]));
        Assert.False(BackupNode.IsInitialized(folder["backup"]));
    }

    [Fact]
    public void A_folder_that_is_no_backup_path_is_not_opened()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["backup"]);
        AssertFails(ErrorIds.BackupPathNotInitialized, () => BackupNode.Open(folder["backup"], Home(folder)));
        Assert.Empty(Directory.GetFileSystemEntries(folder["backup"]));
    }

    [Fact]
    public void Other_peoples_files_are_left_alone()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["backup"]);
        File.WriteAllText(Path.Combine(folder["backup"], "thesis.txt"), "all of it");
        AssertFails(ErrorIds.BackupPathNotEmpty, () => BackupNode.Initialize(folder["backup"], null, Home(folder)));
        Assert.Equal("all of it", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(folder["backup"]))));
    }

    /// <summary>What is left of a path whose making was killed at one of its steps: a probe, folders, a file in the making.</summary>
    [Theory]
    [InlineData("mailbackup-case-Probe")]
    [InlineData("accounts/")]
    [InlineData("accounts/", "provisioning/", "items/", "state/", "backupstat.tmp")]
    [InlineData("accounts/", "provisioning/", "items/", "state/", "backupstat")]
    [InlineData("accounts/", "provisioning/", "items/", "state/", "backupstat", "map.tmp")]
    public void One_whose_making_was_cut_short_is_made_by_doing_it_again(params string[] left)
    {
        using var folder = new TempFolder();
        Leave(folder, left);
        using (var node = BackupNode.Initialize(folder["backup"], null, Home(folder)))
        {
            Assert.Empty(node.GetAccounts());
        }

        using var again = BackupNode.Open(folder["backup"], Home(folder));
        Assert.Equal(
            ["accounts", "backupstat", "items", $"map_{again.ServerId:D}", "provisioning", "state"],
            Directory.GetFileSystemEntries(folder["backup"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("accounts/", "accounts/mine")]
    [InlineData("mailbackup-case-Probe", "notes")]
    [InlineData("accounts/", "map_11111111-1111-4111-8111-111111111111.tmp")]
    [InlineData("scanned backupstat")]
    [InlineData("photos/")]
    public void What_looks_like_a_cut_making_and_is_more_is_left_alone(params string[] left)
    {
        using var folder = new TempFolder();
        Leave(folder, left);
        var before = Copies.Snapshot(folder["backup"]);
        AssertFails(ErrorIds.BackupPathNotEmpty, () => BackupNode.Initialize(folder["backup"], null, Home(folder)));
        Assert.Equal(before, Copies.Snapshot(folder["backup"]));
    }

    private static void Leave(TempFolder folder, string[] left)
    {
        // The node's id is made with its first path, another one here.
        BackupNode.Initialize(folder["first"], null, Home(folder)).Dispose();
        var own = new BackupLayout(folder["first"]);
        var layout = new BackupLayout(folder["backup"]);
        Directory.CreateDirectory(layout.Root);
        foreach (string name in left)
        {
            switch (name)
            {
                case "backupstat":
                    File.Copy(own.BackupStat, layout.BackupStat);
                    break;
                case "scanned backupstat":
                    (BackupStat.Read(own)! with { FirstScan = DateTimeOffset.UtcNow }).Write(layout);
                    break;
                case "backupstat.tmp":
                    File.WriteAllText(layout.BackupStat + ".tmp", "{");
                    break;
                case "map.tmp":
                    File.WriteAllText(layout.Map(own.FindOwner()!.Value) + ".tmp", "{");
                    break;
                case var _ when name.EndsWith('/'):
                    Directory.CreateDirectory(Path.Combine(layout.Root, name));
                    break;
                default:
                    File.WriteAllText(Path.Combine(layout.Root, name), name.StartsWith("mailbackup", StringComparison.Ordinal) ? "" : "x");
                    break;
            }
        }
    }

    [Fact]
    public async Task Another_servers_is_refused_with_its_name_and_nothing_changes()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        f.Node.Dispose();
        var before = Copies.Snapshot(f.BackupPath);
        var other = new NodeOptions { Home = f["other home"] };
        var configuration = new NodeConfiguration { Source = new SourceConfiguration { Maildir = "/elsewhere" } };
        foreach (var attempt in (Func<BackupNode>[])[
            () => BackupNode.Open(f.BackupPath, other), () => BackupNode.Initialize(f.BackupPath, configuration, other)])
        {
            var error = AssertFails(ErrorIds.BackupPathOwnedByAnotherServer, attempt);
            Assert.Contains(f.Node.ServerId.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains(Environment.MachineName, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Copies.Snapshot(f.BackupPath));
    }

    [Fact]
    public async Task A_newer_format_is_refused_and_nothing_changes()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        f.Node.Dispose();
        string text = File.ReadAllText(f.Layout.BackupStat);
        string newer = System.Text.RegularExpressions.Regex.Replace(text, "(\"format\":\\s*)1", "${1}99");
        Assert.NotEqual(text, newer);
        File.WriteAllText(f.Layout.BackupStat, newer);
        var before = Copies.Snapshot(f.BackupPath);
        var error = AssertFails(ErrorIds.BackupPathFormatTooNew, () => BackupNode.Open(f.BackupPath, f.Options));
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
        AssertFails(ErrorIds.BackupPathFormatTooNew, () => BackupNode.Initialize(f.BackupPath, null, f.Options));
        Assert.Equal(before, Copies.Snapshot(f.BackupPath));
    }

    [Fact]
    public void Where_nothing_can_be_written_nothing_can_be_made()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["file"], "");
        AssertFails(ErrorIds.BackupPathNotWritable, () => BackupNode.Initialize(folder["file/backup"], null, Home(folder)));
        AssertFails(ErrorIds.BackupPathNotFound, () => BackupNode.Open(folder["file/backup"], Home(folder)));
        AssertFails(ErrorIds.HomeNotWritable, () => BackupNode.Initialize(folder["backup"], null, new NodeOptions { Home = folder["file/home"] }));
        Assert.False(Directory.Exists(folder["backup"]));
    }

    [MountFact]
    public async Task On_a_device_that_became_read_only_reading_goes_on()
    {
        Assert.True(MemoryFileSystem.TryMount(8, out var mount));
        using (mount)
        {
            using var folder = new TempFolder();
            var server = new MailServer(folder["mail"]);
            server.Deliver(Ann, subject: "Kept");
            using var node = Make(mount, folder);
            Assert.Equal(OperationState.Completed, (await ScanAsync(node)).State);
            mount.SetReadOnly(true);
            var item = node.GetItems(new ItemQuery { Type = ItemType.Message }).Single();
            Assert.Equal("Kept", item.Subject);
            using (var content = node.OpenContent(Ann, item.Id))
            {
                Assert.NotEqual(-1, content.ReadByte());
            }

            server.Deliver(Ann);
            var error = await Assert.ThrowsAsync<MailBackupException>(() => ScanAsync(node));
            Assert.Equal(ErrorIds.BackupPathNotWritable, error.ErrorId);
            mount.SetReadOnly(false);
            Assert.Equal(1, (await ScanAsync(node)).Report!.Added);
        }
    }

    [MountFact]
    public async Task A_full_disk_ends_the_scan_and_loses_nothing_that_was_reported()
    {
        Assert.True(MemoryFileSystem.TryMount(3, out var mount));
        using (mount)
        {
            using var folder = new TempFolder();
            var server = new MailServer(folder["mail"]);
            var random = new Random(5);
            Deliver(server, random, 40, 1000);
            using var node = Make(mount, folder);
            var scan = await ScanAsync(node);
            Assert.Equal(OperationState.Completed, scan.State);
            long reported = scan.Report!.Added;

            Deliver(server, random, 60, 100_000);
            scan = await ScanAsync(node);
            Assert.Equal((OperationState.Failed, ErrorIds.BackupPathFull), (scan.State, scan.ErrorId));
            AssertIntact(node, server, atLeast: reported + (scan.Report?.Added ?? 0));
            scan = await ScanAsync(node);
            Assert.Equal((OperationState.Failed, ErrorIds.BackupPathFull), (scan.State, scan.ErrorId));

            mount.Resize(64);
            scan = await ScanAsync(node);
            Assert.Equal(OperationState.Completed, scan.State);
            AssertIntact(node, server, atLeast: 102);
            Assert.Equal(100, node.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
            var check = await node.RunAsync(node.Submit(new CheckRequest()), null, default);
            Assert.Equal((OperationState.Completed, 0L), (check.State, check.Report!.Errors));
            Assert.Equal((0L, 0L, 0L), (await ScanAsync(node)).Report!.Changes());
        }
    }

    /// <summary>The error of a catalog advises to delete state/: whoever does so while somebody writes must not let a second one in.</summary>
    [Fact]
    public void The_lock_holds_though_its_file_was_deleted()
    {
        using var f = new NodeFixture();
        using (WriterLock.TryAcquire(f.Layout.WriterLock))
        {
            Directory.Delete(f.Layout.State, recursive: true);
            Directory.CreateDirectory(f.Layout.State);
            Assert.Null(WriterLock.TryAcquire(f.Layout.WriterLock));
        }

        using var next = WriterLock.TryAcquire(f.Layout.WriterLock);
        Assert.NotNull(next);
    }

    /// <summary>Processes that start together on a new machine: whoever comes second must neither read half an id nor make another.</summary>
    [Fact]
    public void The_server_id_is_made_once_and_whole()
    {
        using var folder = new TempFolder();
        for (int i = 0; i < 50; i++)
        {
            var options = new NodeOptions { Home = folder[$"home{i}"] };
            var ids = new Guid[8];
            Parallel.For(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = ids.Length }, n => ids[n] = NodeHome.GetServerId(options));
            Assert.Single(ids.Distinct());
            Assert.Equal(["server_id"], Directory.GetFiles(options.Home!).Select(Path.GetFileName));
        }
    }

    [Fact]
    public async Task Of_two_processes_one_writes_and_the_other_waits_its_turn()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 300; i++)
        {
            f.Server.Deliver(Ann);
        }

        // While somebody holds the lock, nothing happens.
        System.Diagnostics.Process first, second;
        using (var held = WriterLock.TryAcquire(f.Layout.WriterLock))
        {
            Assert.NotNull(held);
            first = CommandProcess.Start(f.Options.Home!, "scan", "--backup-path", f.BackupPath, "--quiet");
            second = CommandProcess.Start(f.Options.Home!, "scan", "--backup-path", f.BackupPath, "--quiet");
            for (int i = 0; i < 600 && f.Node.Operations.List().Count < 2; i++)
            {
                await Task.Delay(100);
            }

            await Task.Delay(500);
            Assert.Equal([OperationState.Queued, OperationState.Queued], f.Node.Operations.List().Select(o => o.State));
            Assert.False(first.HasExited || second.HasExited);
            Assert.Empty(f.Layout.ListAccounts());
        }

        var ends = await Task.WhenAll(first.EndAsync(), second.EndAsync());
        Assert.All(ends, e => Assert.True(e.Code == 0, e.Error));
        var operations = f.Node.Operations.History().Where(o => o.Kind == OperationKind.SmartScan).OrderBy(o => o.Started).ToList();
        Assert.Equal([OperationState.Completed, OperationState.Completed], operations.Select(o => o.State));
        Assert.True(operations[0].Ended <= operations[1].Started);
        Assert.Equal([302L, 0L], operations.Select(o => o.Report!.Added));
        Assert.Equal(300, f.Items().Count);
        await f.AssertCoherentAsync();
    }

    private static NodeOptions Home(TempFolder folder) => new() { Home = folder["home"] };

    private static MailBackupException AssertFails(string errorId, Func<BackupNode> attempt)
    {
        var error = Assert.Throws<MailBackupException>(attempt);
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.Message);
        return error;
    }

    private static BackupNode Make(MemoryFileSystem mount, TempFolder folder) => BackupNode.Initialize(
        Path.Combine(mount.Path, "backup"), new NodeConfiguration { Source = new SourceConfiguration { Maildir = folder["mail"] } }, Home(folder));

    private static Task<Operation> ScanAsync(BackupNode node) => node.RunAsync(node.Submit(new ScanRequest()), null, default);

    /// <summary>Content that no compression makes smaller.</summary>
    private static void Deliver(MailServer server, Random random, int count, int size)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] content = new byte[size];
            random.NextBytes(content);
            Encoding.ASCII.GetBytes($"Subject: {size}-{i}\r\n\r\n").CopyTo(content, 0);
            server.Deliver(Ann, content: content);
        }
    }

    private static void AssertIntact(BackupNode node, MailServer server, long atLeast)
    {
        var files = server.Snapshot().Values.Select(v => v.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var item in node.GetItems(new ItemQuery { Type = ItemType.Message }))
        {
            using var content = node.OpenContent(item.Account, item.Id);
            Assert.Contains(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content)), files);
        }

        int saved = node.GetItems(new ItemQuery()).Count() + node.GetAccounts().Count;
        Assert.True(saved >= atLeast, $"{atLeast} were reported as saved, {saved} are there.");
    }
}
