using System.Diagnostics;
using System.Text.Json;
using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

public class ExportTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.org";

    private static readonly string s_directory = new LdifText()
        .Cos("default").Cos("office").Domain("example.com").Domain("example.org")
        .Account(1, Ann, "zimbraCOSId: c-office").Account(2, Bob, "zimbraCOSId: c-default").List("all@example.com", Ann).ToString();

    [Fact]
    public async Task An_export_reads_as_the_backup_path_does()
    {
        using var f = await FilledAsync();
        var report = await ExportAsync(f);
        using var export = OpenExport(f);
        Assert.True(export.IsExport);
        var all = new ItemQuery { Selection = ItemSelection.All };
        Assert.Equal(f.Node.GetItems(all).Select(Text), export.GetItems(all).Select(Text));
        Assert.Equal(f.Node.GetItems(all).Count(), report.Added);
        Assert.Equal(f.Node.GetInfo().Blobs, report.Blobs);
        Assert.Equal(f.Node.GetInfo().Blobs, export.GetInfo().Blobs);
        Assert.Equal(f.Node.GetAccounts().Select(a => (a.Id, a.Name, a.Attributes.Count)), export.GetAccounts().Select(a => (a.Id, a.Name, a.Attributes.Count)));
        foreach (var kind in (ProvisioningKind[])[ProvisioningKind.Domain, ProvisioningKind.ClassOfService, ProvisioningKind.DistributionList])
        {
            Assert.Equal(f.Node.GetProvisioning(kind), export.GetProvisioning(kind));
        }

        foreach (var item in f.Items())
        {
            Assert.Equal(f.Node.GetHistory(item.Account, item.Id).Select(Text), export.GetHistory(item.Account, item.Id).Select(Text));
            using var content = export.OpenContent(item.Account, item.Id);
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            Assert.Equal(f.Content(item), copy.ToArray());
        }
    }

    [Fact]
    public async Task Whoever_has_gunzip_and_a_JSON_reader_gets_the_mail()
    {
        using var f = await FilledAsync();
        await ExportAsync(f);
        foreach (var item in f.Items())
        {
            string file = Path.Combine(
                f["export"], "accounts", item.AccountId.ToString(), "items", (item.Id.Value % 100).ToString("d2", null), item.Id.ToString());
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var last = json.RootElement.EnumerateArray().Last();
            Assert.Equal(item.Subject, last.GetProperty("subject").GetString());
            string[] digests = last.TryGetProperty("header", out var header)
                ? [header.GetString()!, last.GetProperty("body").GetString()!]
                : [last.GetProperty("digest").GetString()!];
            using var gunzip = Process.Start(new ProcessStartInfo("gunzip", ["-c", .. digests.Select(d => Path.Combine(f["export"], "items", d[..2], d))])
            {
                RedirectStandardOutput = true,
            })!;
            using var content = new MemoryStream();
            gunzip.StandardOutput.BaseStream.CopyTo(content);
            gunzip.WaitForExit();
            Assert.Equal(0, gunzip.ExitCode);
            Assert.Equal(f.Content(item), content.ToArray());
        }
    }

    [Fact]
    public async Task Run_again_it_writes_what_is_missing_damaged_or_new()
    {
        using var f = await FilledAsync();
        await ExportAsync(f);
        var second = await ExportAsync(f);
        Assert.Equal((0L, 0L), (second.Added, second.Blobs));
        Assert.True(second.Unchanged > 0);

        var blobs = Directory.GetFiles(Path.Combine(f["export"], "items"), "*", SearchOption.AllDirectories);
        var bytes = File.ReadAllBytes(blobs[0]);
        File.Delete(blobs[1]);
        File.WriteAllBytes(blobs[2], File.ReadAllBytes(blobs[2])[..50]);
        bytes[^12] ^= 0xff;
        File.WriteAllBytes(blobs[0], bytes);
        var before = f.Items().Count;
        f.Server.Deliver(Ann, subject: "Later");
        await f.ScanAsync();
        var third = await ExportAsync(f);
        Assert.Equal((1L, 4L), (third.Added, third.Blobs));
        using var export = OpenExport(f);
        Assert.Equal(before + 1, export.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(f["export"]), e => Path.GetFileName(e).StartsWith('.'));
    }

    [Fact]
    public async Task A_broken_content_is_an_error_that_names_its_item_and_costs_nothing_else()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "Broken", body: new string('b', 3000));
        f.Server.Deliver(Ann, subject: "Good", body: new string('g', 3000));
        await f.ScanAsync();
        var broken = f.Items().Single(i => i.Subject == "Broken");
        using (var catalog = StoreReader.OpenCatalog(f.Layout, null))
        {
            var state = new BackupReader(f.Layout, catalog).FindState(Ann, broken.Id, null).State;
            var place = catalog.FindBlob(state.Body!.Value)!.Value;
            using var bundle = File.OpenHandle(f.Layout.Bundle(place.Bundle), FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.Write(bundle, [0xff, 0xff, 0xff, 0xff], place.Offset + place.Length - 6);
        }

        var operation = await f.RunAsync(new BackupExportRequest { Destination = f["export"] });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        var trouble = Assert.Single(operation.Report!.Troubles);
        Assert.Equal((ErrorIds.BlobDamaged, Ann, broken.Id.Value), (trouble.ErrorId, trouble.Account, trouble.Item));
        Assert.Equal(1, operation.Report.Errors);
        using var export = OpenExport(f);
        using var good = export.OpenContent(Ann, f.Items().Single(i => i.Subject == "Good").Id);
        good.CopyTo(Stream.Null);
        Assert.Equal(ErrorIds.BlobMissing, Assert.Throws<MailBackupException>(() => export.OpenContent(Ann, broken.Id)).ErrorId);

        var given = await f.RunAsync(new BackupExportRequest { Destination = f["second"], ReadErrorThreshold = 1 });
        Assert.Equal((OperationState.Failed, ErrorIds.ReadErrorThresholdReached), (given.State, given.ErrorId));
        using var half = BackupNode.OpenForReading(f["second"], new NodeOptions { Home = f["other-home"] });
        Assert.Contains("not completed", half.ForeignNotice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org", null, Bob)]
    [InlineData(null, "OFFICE", Ann)]
    public async Task A_domain_or_a_class_of_service_by_itself(string? domain, string? cos, string expected)
    {
        using var f = await FilledAsync();
        var report = await ExportAsync(f, new BackupExportRequest
        {
            Destination = f["export"],
            Domains = domain is null ? [] : [domain],
            ClassesOfService = cos is null ? [] : [cos],
        });
        using var export = OpenExport(f);
        var account = Assert.Single(export.GetAccounts());
        Assert.Equal(expected, account.Name);
        Assert.Equal(f.Node.GetItems(new ItemQuery { Accounts = [expected], Selection = ItemSelection.All }).Count(), report.Added);
        Assert.Equal(account.Domain, Assert.Single(export.GetProvisioning(ProvisioningKind.Domain)).Name);
        Assert.Equal(expected == Ann ? "office" : "default", Assert.Single(export.GetProvisioning(ProvisioningKind.ClassOfService)).Name);
        Assert.Equal(expected == Ann ? 1 : 0, export.GetProvisioning(ProvisioningKind.DistributionList).Count);
    }

    [Fact]
    public async Task Without_items_the_directory_alone()
    {
        using var f = await FilledAsync();
        var report = await ExportAsync(f, new BackupExportRequest { Destination = f["export"], SkipItems = true });
        Assert.Equal((0L, 0L), (report.Added, report.Blobs));
        using var export = OpenExport(f);
        Assert.Equal(2, export.GetAccounts().Count);
        Assert.Empty(export.GetItems(new ItemQuery()));
    }

    [Fact]
    public async Task Wrong_destinations_domains_and_classes_are_said()
    {
        using var f = await FilledAsync();
        Directory.CreateDirectory(f["full"]);
        File.WriteAllText(Path.Combine(f["full"], "file"), "");
        Directory.CreateSymbolicLink(f["link"], f.BackupPath);
        foreach (var (request, error) in new (BackupExportRequest, string)[]
        {
            (new() { Destination = Path.Combine(f.BackupPath, "export") }, ErrorIds.DestinationInvalid),
            (new() { Destination = Path.Combine(f["link"], "export") }, ErrorIds.DestinationInvalid),
            (new() { Destination = Path.GetDirectoryName(f.BackupPath)! }, ErrorIds.DestinationInvalid),
            (new() { Destination = f["full"] }, ErrorIds.DestinationInvalid),
            (new() { Destination = f["export"], Domains = ["example.net"] }, ErrorIds.DomainNotFound),
            (new() { Destination = f["export"], ClassesOfService = ["gold"] }, ErrorIds.CosNotFound),
            (new() { Destination = f["export"], FreeSpaceThreshold = 1L << 30 }, ErrorIds.DestinationFull),
        })
        {
            var operation = await f.RunAsync(request);
            Assert.Equal((OperationState.Failed, error), (operation.State, operation.ErrorId));
        }

        Assert.Single(Directory.GetFileSystemEntries(f["full"]));

        // Another server's export is not written into, and an export is nobody's backup path.
        await ExportAsync(f, new BackupExportRequest { Destination = f["mine"] });
        using var other = new NodeFixture();
        var foreign = await other.RunAsync(new BackupExportRequest { Destination = f["mine"] });
        Assert.Equal((OperationState.Failed, ErrorIds.DestinationInvalid), (foreign.State, foreign.ErrorId));
        Assert.Equal(ErrorIds.BackupPathIsExport, Assert.Throws<MailBackupException>(() => BackupNode.Open(f["mine"], f.Options)).ErrorId);
        Assert.Equal(ErrorIds.BackupPathIsExport, Assert.Throws<MailBackupException>(() => BackupNode.Initialize(f["mine"], null, f.Options)).ErrorId);
    }

    [MountFact]
    public async Task A_full_device_ends_the_export_and_more_room_lets_it_go_on()
    {
        using var f = new NodeFixture();
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            var body = new byte[60_000];
            random.NextBytes(body);
            f.Server.Deliver(Ann, body: Convert.ToBase64String(body));
        }

        await f.ScanAsync();
        Assert.True(MemoryFileSystem.TryMount(2, out var mount));
        using (mount)
        {
            string destination = Path.Combine(mount.Path, "export");
            var full = await f.RunAsync(new BackupExportRequest { Destination = destination });
            Assert.Equal((OperationState.Failed, ErrorIds.DestinationFull), (full.State, full.ErrorId));

            mount.Resize(4);
            var kept = await f.RunAsync(new BackupExportRequest { Destination = destination, FreeSpaceThreshold = 1 });
            Assert.Equal((OperationState.Failed, ErrorIds.DestinationFull), (kept.State, kept.ErrorId));
            Assert.True(new DriveInfo(mount.Path).AvailableFreeSpace >= 1 << 20);

            mount.Resize(16);
            var rest = await ExportAsync(f, new BackupExportRequest { Destination = destination, FreeSpaceThreshold = 1 });
            Assert.InRange(rest.Blobs, 1, 119);
            using var export = BackupNode.OpenForReading(destination, new NodeOptions { Home = f["other-home"] });
            foreach (var item in f.Items())
            {
                using var content = export.OpenContent(Ann, item.Id);
                content.CopyTo(Stream.Null);
            }
        }
    }

    [Fact]
    public async Task A_stopped_export_goes_on_where_it_ended()
    {
        using var f = await FilledAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var stopped = await f.RunAsync(new BackupExportRequest { Destination = f["export"] }, stop.Token);
        Assert.Equal(OperationState.Stopped, stopped.State);
        await ExportAsync(f);
        using var export = OpenExport(f);
        Assert.Equal(f.Items().Count, export.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
    }

    [Fact]
    public async Task What_the_backup_has_no_longer_goes_from_an_export_that_is_brought_up_to_date()
    {
        using var f = await FilledAsync();
        await ExportAsync(f);
        var layout = new TransparentLayout(f["export"], f["unused"]);
        var gone = f.Node.GetItems(new ItemQuery { Selection = ItemSelection.Deleted }).Single(i => i.Subject == "Gone");
        Assert.True(File.Exists(layout.ItemFile(gone.AccountId, gone.Id)));
        f.Node.Clock = new LaterClock(40);
        Assert.Equal(OperationState.Completed, (await f.RunAsync(new PurgeRequest { NoGrace = true })).State);
        await ExportAsync(f);
        Assert.False(File.Exists(layout.ItemFile(gone.AccountId, gone.Id)));
        Assert.False(File.Exists(layout.BlobFile(gone.Digest!.Value)));

        // And what is not chosen this time.
        await ExportAsync(f, new BackupExportRequest { Destination = f["export"], Domains = ["example.org"] });
        using var export = OpenExport(f);
        Assert.Equal([Bob], export.GetAccounts().Select(a => a.Name));
        Assert.Empty(export.GetProvisioning(ProvisioningKind.DistributionList));
        Assert.Equal(export.GetItems(new ItemQuery { Type = ItemType.Message }).Select(i => i.Digest).Distinct().Count(), f.Items().Where(i => i.Account == Bob).Select(i => i.Digest).Distinct().Count());
    }

    [Fact]
    public async Task Accounts_of_a_disabled_class_of_service_are_left_out_and_that_is_said()
    {
        using var f = new NodeFixture(new LdifText()
            .Cos("default").Cos("office", "zimbraNotes: ${ZxBackup_Disabled}").Account(1, Ann, "zimbraCOSId: c-office").Account(2, Bob, "zimbraCOSId: c-default").ToString());
        File.WriteAllText(f.Ldif!, s_directory);
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        File.WriteAllText(f.Ldif!, s_directory.Replace("cn: office", "cn: office\nzimbraNotes: ${ZxBackup_Disabled}", StringComparison.Ordinal));
        await f.RunAsync(new ScanRequest());
        var report = await ExportAsync(f);
        Assert.Contains(report.Warnings, w => w.Contains("class of service", StringComparison.Ordinal));
        using var export = OpenExport(f);
        Assert.Equal([Bob], export.GetAccounts().Select(a => a.Name));
    }

    [Fact]
    public async Task An_altered_file_of_an_item_is_not_taken_for_the_item()
    {
        using var f = await FilledAsync();
        await ExportAsync(f);
        var item = f.Items().First();
        var layout = new TransparentLayout(f["export"], f["unused"]);
        string file = layout.ItemFile(item.AccountId, item.Id);
        File.WriteAllText(file, File.ReadAllText(file).Replace(item.Subject, "Altered", StringComparison.Ordinal));
        var warnings = new List<string>();
        using var export = OpenExport(f);
        export.Warn = warnings.Add;
        Assert.Equal(f.Items().Count - 1, export.GetItems(new ItemQuery { Type = ItemType.Message }).Count());
        Assert.Contains(file, Assert.Single(warnings), StringComparison.Ordinal);
    }

    private static async Task<NodeFixture> FilledAsync()
    {
        var f = new NodeFixture(s_directory);
        f.Server.Deliver(Ann, subject: "Split", body: new string('s', 5000));
        string gone = f.Server.Deliver(Ann, ".Work", subject: "Gone");
        string moved = f.Server.Deliver(Bob, subject: "Moved", flags: "F");
        await f.ScanAsync();
        File.Delete(gone);
        File.Move(moved, moved + "RS");
        f.Server.Deliver(Bob, ".Work", subject: "Split too", body: new string('s', 5000));
        await f.ScanAsync();
        return f;
    }

    private static async Task<OperationReport> ExportAsync(NodeFixture f, BackupExportRequest? request = null)
    {
        var operation = await f.RunAsync(request ?? new BackupExportRequest { Destination = f["export"] });
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.Error} {string.Join('\n', operation.Report?.Troubles ?? [])}");
        return operation.Report!;
    }

    private static BackupNode OpenExport(NodeFixture f) => BackupNode.OpenForReading(f["export"], new NodeOptions { Home = f["other-home"] });

    private static string Text(BackupItem item) =>
        $"{item.Account} {item.Id} {item.Transaction} {item.Type} {item.Folder} {item.Subject} {item.Deleted} {item.Flags} {item.Date:O} {item.Digest} {item.Start:O} {item.End:O}";
}
