using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>Real inotify on a Maildir tree.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RealtimeScannerTests : IDisposable
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.com";

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_delivered_mail_is_in_the_backup_at_once()
    {
        _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        Deliver(Alice, "", "fresh");
        await run.UntilChangesAsync(1);
        Assert.Equal(["Mail 1", "Subject fresh"], Subjects());
    }

    [Fact]
    public async Task Flags_moves_and_deletions_are_history()
    {
        string first = _node.Server.Deliver(Alice, flags: "");
        string second = _node.Server.Deliver(Alice);
        string third = _node.Server.Deliver(Alice);
        string archive = _node.Server.Folder(Alice, ".Archive");
        await _node.ScanAsync();
        var before = _node.Items().OrderBy(i => i.Subject, StringComparer.Ordinal).ToList();
        await using var run = await RealtimeRun.StartAsync(_node);

        File.Move(first, first + "FS");
        await run.UntilChangesAsync(1);
        File.Move(second, Path.Combine(archive, "cur", Path.GetFileName(second)));
        await run.UntilChangesAsync(2);
        File.Delete(third);
        await run.UntilChangesAsync(3);

        var now = _node.Items(ItemSelection.All).OrderBy(i => i.Subject, StringComparer.Ordinal).ToList();
        Assert.Equal(before.Select(i => i.Id), now.Select(i => i.Id));
        Assert.Equal(MessageFlags.Seen | MessageFlags.Flagged, now[0].Flags);
        Assert.Equal("Archive", now[1].Folder);
        Assert.True(now[2].Deleted);
        Assert.Equal(2, _node.Node.GetHistory(Alice, now[1].Id).Count);
    }

    [Fact]
    public async Task Only_what_was_named_is_looked_at_and_the_rest_is_left_to_the_next_scan()
    {
        string first = _node.Server.Deliver(Alice, flags: "");
        _node.Server.Settle();
        await _node.ScanAsync();

        // Nobody follows yet, and nobody scans: a later visit to the whole folder would find it.
        _node.Server.Deliver(Alice, subject: "unseen");
        await using (var run = await RealtimeRun.StartAsync(_node))
        {
            Deliver(Alice, "", "named");
            File.Move(first, first + "F");
            await run.UntilChangesAsync(2);
            Assert.Equal(["Mail 1", "Subject named"], Subjects());

            // Gone is told of no item by name: the folder is looked at.
            File.Delete(first + "F");
            await run.UntilChangesAsync(4);
            Assert.Equal(["Subject named", "unseen"], Subjects());
        }

        string second = _node.Server.Deliver(Alice, flags: "", subject: "unseen again");
        await using (var run = await RealtimeRun.StartAsync(_node))
        {
            Deliver(Alice, "", "last");
            await run.UntilChangesAsync(1);
            Assert.Equal(3, _node.Items().Count);
        }

        _node.Server.Settle();
        var scan = await _node.ScanAsync();
        Assert.Equal((1, 0, 0), (scan.Added, scan.Updated, scan.Deleted));
        Assert.Equal(["Subject last", "Subject named", "unseen", "unseen again"], Subjects());
        Assert.True(File.Exists(second));
        Assert.Equal(OperationState.Completed, (await _node.RunAsync(new CheckRequest { CompareSource = true, ReadData = true })).State);
    }

    [Fact]
    public async Task Two_files_of_one_stable_part_are_told_apart_by_the_whole_folder()
    {
        string first = _node.Server.Deliver(Alice, flags: "", body: "one\r\n");
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);

        // As after a merge of two servers: another message, another flag, the same name before the colon.
        string twin = Path.Combine(Path.GetDirectoryName(first)!, "..", "tmp", "twin");
        await File.WriteAllTextAsync(twin, "Subject: Twin\r\n\r\ntwo\r\n");
        File.Move(twin, first + "T");
        await run.UntilChangesAsync(1);
        Assert.Equal(["Mail 1", "Twin"], Subjects());
        File.Move(first + "T", first + "RT");
        await run.AgreesAsync(_node.Node);
        Assert.Equal(["Mail 1", "Twin"], Subjects());
    }

    [Fact]
    public async Task New_folders_are_followed_with_what_is_in_them_already()
    {
        _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        for (int i = 0; i < 10; i++)
        {
            _node.Server.Folder(Alice, $".New{i}");
            Deliver(Alice, $".New{i}", $"{i} a");
        }

        await run.UntilChangesAsync(20);
        for (int i = 0; i < 10; i++)
        {
            Deliver(Alice, $".New{i}", $"{i} b");
        }

        await run.UntilChangesAsync(30);
        Directory.Move(_node.Server.Folder(Alice, ".New0"), Path.Combine(_node.Server.Root, "example.com/alice/Maildir/.Renamed"));
        await run.UntilChangesAsync(31);
        Deliver(Alice, ".Renamed", "last");
        await run.UntilChangesAsync(32);
        Assert.Equal(3, _node.Items().Count(i => i.Folder == "Renamed"));
        await run.AgreesAsync(_node.Node);
    }

    [Fact]
    public async Task Contacts_appointments_and_documents_are_followed()
    {
        _node.Server.Deliver(Alice);
        string user = Path.Combine(_node.Server.Root, "example.com", "alice");
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        Directory.CreateDirectory(Path.Combine(user, "Contacts", "personal"));
        Directory.CreateDirectory(Path.Combine(user, "Files", "plans", "deep"));
        await run.UntilChangesAsync(2);
        File.WriteAllText(Path.Combine(user, "Contacts", "personal", "1.vcf"), "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n");
        Save(Path.Combine(user, "Files", "plans", "deep", "plan.txt"), "one");
        await run.UntilAsync(() => _node.Items(type: ItemType.Contact).Count == 1 && _node.Items(type: ItemType.Document).Count == 1);
        Save(Path.Combine(user, "Files", "plans", "deep", "plan.txt"), "another plan");
        await run.UntilAsync(() => _node.Node.GetHistory(Alice, _node.Items(type: ItemType.Document)[0].Id).Count == 2);
        await run.AgreesAsync(_node.Node);
    }

    [Fact]
    public async Task An_operation_gets_the_backup_path_and_realtime_goes_on_behind_it()
    {
        _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        Deliver(Alice, "", "one");
        await run.UntilChangesAsync(1);
        var scan = await _node.ScanAsync();
        Assert.Equal((0, 0, 0), (scan.Added, scan.Updated, scan.Deleted));
        Deliver(Alice, "", "two");
        await run.UntilChangesAsync(2);
        Assert.Equal(3, _node.Items().Count);
    }

    [Fact]
    public async Task A_new_account_is_taken_up_by_an_account_scan()
    {
        _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        Deliver(Bob, "", "welcome");
        await run.UntilAsync(() => _node.Node.Operations.List().Any(o => o.Kind == OperationKind.AccountScan));
        Assert.Equal(OperationState.Completed, (await _node.Node.RunAsync(_node.Node.Operations.List()[0], null, default)).State);
        Deliver(Bob, "", "again");
        await run.UntilAsync(() => _node.Items().Count == 3);
        await run.AgreesAsync(_node.Node);
    }

    [Fact]
    public async Task It_begins_with_a_SmartScan_unless_told_not_to()
    {
        _node.Server.Deliver(Alice);
        _node.Node.SetRealtime(enabled: true);
        await using (var run = new RealtimeRun(_node))
        {
            await run.UntilAsync(() => _node.Node.Operations.List() is [{ Kind: OperationKind.SmartScan }]);
        }

        _node.Node.Operations.RequestStopAll();
        await using var without = await RealtimeRun.StartAsync(_node);
        Assert.Empty(_node.Node.Operations.List());
    }

    [Fact]
    public async Task A_mass_deletion_in_many_small_steps_puts_the_account_on_hold()
    {
        var files = Enumerable.Range(0, 150).Select(_ => _node.Server.Deliver(Alice)).ToList();
        await _node.ScanAsync();
        await using (var run = await RealtimeRun.StartAsync(_node))
        {
            for (int i = 0; i < 120; i += 30)
            {
                files.Skip(i).Take(30).ToList().ForEach(File.Delete);
                await run.UntilChangesAsync(i + 30);
            }

            await run.UntilAsync(() => _node.Node.GetLegalHolds().Count == 1);
            Assert.Contains(run.Log, l => l.Contains(ErrorIds.MassChange, StringComparison.Ordinal));
        }

        // The next SmartScan tells it, and counts anew.
        Assert.Contains((await _node.RunAsync(new ScanRequest())).Report!.Troubles, t => t.ErrorId == ErrorIds.MassChange);
        _node.Server.Settle();
        await _node.ScanAsync();
        Assert.Empty((await _node.ScanAsync()).Troubles);
    }

    [Fact]
    public async Task An_account_of_which_realtime_may_have_missed_something_is_scanned_before_its_restore()
    {
        _node.Server.Deliver(Alice);
        string lost = _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        File.Delete(lost);
        _node.Node.SetRealtime(enabled: true);
        var restore = await _node.RunAsync(new RestoreRequest { Account = Alice, Items = [_node.Items().Single(i => i.Subject == "Mail 2").Id.Value] });
        Assert.Equal((OperationState.Completed, 1), (restore.State, restore.Report!.Restored));
        Assert.Equal(OperationKind.AccountScan, _node.Node.Operations.History(2)[1].Kind);
        Assert.Equal(2, _node.Items().Count);
    }

    [Fact]
    public async Task An_account_that_is_suddenly_empty_loses_nothing()
    {
        string file = _node.Server.Deliver(Alice);
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        File.Delete(file);
        await run.UntilAsync(() => run.Scanner.Info.Troubles > 0);
        Assert.Single(_node.Items());
        Assert.Contains(run.Log, l => l.Contains(ErrorIds.SourceSuddenlyEmpty, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Random_changes_end_with_the_backup_as_the_server_is()
    {
        var random = new Random(7);
        foreach (string account in (string[])[Alice, Bob])
        {
            _node.Server.Folder(account, ".Archive");
            _node.Server.Deliver(account);
        }

        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        for (int i = 0; i < 600; i++)
        {
            Change(random, random.Next(2) == 0 ? Alice : Bob, i);
            if (random.Next(20) == 0)
            {
                await Task.Delay(random.Next(60));
            }
        }

        await run.AgreesAsync(_node.Node);
    }

    private void Change(Random random, string account, int n)
    {
        string maildir = _node.Server.Folder(account);
        var files = Directory.GetFiles(maildir, "*:2,*", SearchOption.AllDirectories);
        string file = files.Length > 0 ? files[random.Next(files.Length)] : "";
        switch (files.Length < 3 ? 0 : random.Next(5))
        {
            case 0 or 1:
                Deliver(account, random.Next(2) == 0 ? "" : ".Archive", $"random {n}");
                break;
            case 2:
                File.Move(file, file[..(file.LastIndexOf(',') + 1)] + (file.EndsWith('S') ? "FS" : "S"), overwrite: true);
                break;
            case 3:
                string other = file.Contains("/.Archive/", StringComparison.Ordinal) ? maildir : Path.Combine(maildir, ".Archive");
                File.Move(file, Path.Combine(other, "cur", Path.GetFileName(file)), overwrite: true);
                break;
            case 4:
                File.Delete(file);
                break;
        }
    }

    /// <summary>As a delivery agent does it: written elsewhere, then moved to where it is seen.</summary>
    private void Deliver(string account, string folder, string what)
    {
        string directory = _node.Server.Folder(account, folder);
        string name = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.M{Guid.NewGuid():N}P1.mx";
        File.WriteAllText(Path.Combine(directory, "tmp", name), $"From: ann@example.com\r\nSubject: Subject {what}\r\n\r\nBody of {what}\r\n");
        File.Move(Path.Combine(directory, "tmp", name), Path.Combine(directory, "cur", name + ":2,"));
    }

    /// <summary>In one step: between making and filling a file it would be seen empty.</summary>
    private void Save(string path, string text)
    {
        File.WriteAllText(_node["draft"], text);
        File.Move(_node["draft"], path, overwrite: true);
    }

    private List<string> Subjects() => [.. _node.Items().Select(i => i.Subject).Order(StringComparer.Ordinal)];
}
