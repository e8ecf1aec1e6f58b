using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Blobs;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>Content that the server has lost comes back as it was, and nothing else is touched.</summary>
public class BlobRestoreTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Each_loss_is_told_and_put_back_and_the_server_is_as_it_was()
    {
        using var f = new NodeFixture();
        string gone = f.Server.Deliver(Ann, ".Work", subject: "Gone");
        string empty = f.Server.Deliver(Ann, flags: "FS", subject: "Empty");
        string cut = f.Server.Deliver(Bob, subject: "Cut");
        string flipped = f.Server.Deliver(Bob, subject: "Flipped");
        f.Server.Deliver(Bob, subject: "Whole");
        f.Server.Settle();
        await f.ScanAsync();
        var before = f.Server.Snapshot();

        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(gone))!, recursive: true);
        Directory.Delete(Path.Combine(f.Server.Folder(Ann), "tmp"));
        File.WriteAllBytes(empty, []);
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..20]);
        byte[] bytes = File.ReadAllBytes(flipped);
        bytes[^3] ^= 4;
        File.WriteAllBytes(flipped, bytes);

        var lost = await f.Node.FindLostContentAsync(new BlobRestoreRequest { ReadData = true }, t => Assert.Fail($"{t}"), CancellationToken.None).ToListAsync();
        Assert.Equal(
            ["Cut Damaged bob@example.com INBOX", "Empty Empty ann@example.com INBOX", "Flipped Damaged bob@example.com INBOX", "Gone Missing ann@example.com Work"],
            lost.Select(l => $"{l.Subject} {l.Loss} {l.Account} {l.Folder}").Order(StringComparer.Ordinal));

        // Lengths alone do not show what has the right length.
        Assert.DoesNotContain("Flipped", (await f.Node.FindLostContentAsync(new BlobRestoreRequest(), _ => { }, CancellationToken.None).ToListAsync()).Select(l => l.Subject));

        var report = await RestoreAsync(f, new BlobRestoreRequest { ReadData = true });
        Assert.Equal((4L, 0L), (report.Restored, report.Unrestored));
        Assert.Equal(Mails(before), Mails(f.Server.Snapshot()));
        Assert.Empty(Directory.GetFiles(f.Server.Root, "*mailbackup*", SearchOption.AllDirectories));
        Assert.Equal(0, (await RestoreAsync(f, new BlobRestoreRequest { ReadData = true })).Restored);

        // The backup has nothing to note.
        var scan = await f.ScanAsync(new ScanRequest { Deep = true });
        Assert.Equal((0L, 0L, 0L), (scan.Added, scan.Updated, scan.Deleted));
    }

    [Fact]
    public async Task What_was_moved_flagged_or_noted_as_deleted_is_not_lost()
    {
        using var f = new NodeFixture();
        string moved = f.Server.Deliver(Ann, subject: "Moved");
        string flagged = f.Server.Deliver(Ann, subject: "Flagged");
        string deleted = f.Server.Deliver(Ann, subject: "Deleted");
        f.Server.Deliver(Ann, ".Work", subject: "Stays");
        await f.ScanAsync();
        File.Delete(deleted);
        await f.ScanAsync();
        File.Move(moved, Path.Combine(f.Server.Folder(Ann, ".Work"), "cur", Path.GetFileName(moved)));
        File.Move(flagged, flagged + "T");
        Assert.Empty(await f.Node.FindLostContentAsync(new BlobRestoreRequest { ReadData = true }, t => Assert.Fail($"{t}"), CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task An_edited_document_is_not_lost_and_an_emptied_one_is()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        string contacts = Path.Combine(f.Server.Root, "example.com", "ann", "Contacts", "personal");
        Directory.CreateDirectory(contacts);
        string edited = Path.Combine(contacts, "edited.vcf"), emptied = Path.Combine(contacts, "emptied.vcf");
        foreach (string file in (string[])[edited, emptied])
        {
            File.WriteAllText(file, $"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{Path.GetFileName(file)}\r\nFN:Somebody\r\nEND:VCARD\r\n");
        }

        await f.ScanAsync();
        string whole = File.ReadAllText(emptied);
        File.AppendAllText(edited, "X-NOTE:new\r\n");
        File.WriteAllText(emptied, "");
        var lost = Assert.Single(await f.Node.FindLostContentAsync(new BlobRestoreRequest { ReadData = true }, t => Assert.Fail($"{t}"), CancellationToken.None).ToListAsync());
        Assert.Equal((ContentLoss.Empty, ItemType.Contact), (lost.Loss, lost.Type));
        Assert.Equal(1, (await RestoreAsync(f, new BlobRestoreRequest())).Restored);
        Assert.Equal(whole, File.ReadAllText(emptied));
        Assert.EndsWith("X-NOTE:new\r\n", File.ReadAllText(edited), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_scan_has_seen_emptied_is_known_and_what_it_has_seen_rewritten_is_known_by_a_moment()
    {
        using var f = new NodeFixture();
        string empty = f.Server.Deliver(Ann, subject: "Empty");
        string rewritten = f.Server.Deliver(Ann, subject: "Rewritten");
        f.Server.Settle();
        await f.ScanAsync();
        var right = DateTimeOffset.UtcNow;
        byte[] emptied = File.ReadAllBytes(empty), old = File.ReadAllBytes(rewritten);
        await Task.Delay(20);
        File.WriteAllBytes(empty, []);
        File.WriteAllText(rewritten, "From: ransom\r\n\r\nencrypted\r\n");
        await f.ScanAsync(new ScanRequest { Deep = true });

        Assert.Equal(["Empty"], (await f.Node.FindLostContentAsync(new BlobRestoreRequest(), _ => { }, CancellationToken.None).ToListAsync()).Select(l => l.Subject));
        Assert.Equal(2, (await RestoreAsync(f, new BlobRestoreRequest { At = right })).Restored);
        Assert.Equal(emptied, File.ReadAllBytes(empty));
        Assert.Equal(old, File.ReadAllBytes(rewritten));
        await f.ScanAsync(new ScanRequest { Deep = true });
        Assert.Equal(["Empty", "Rewritten"], f.Items().Select(i => i.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_makes_nothing_missing()
    {
        using var f = new NodeFixture();
        string gone = f.Server.Deliver(Ann, subject: "Gone");
        f.Server.Deliver(Ann, ".Work");
        await f.ScanAsync();
        File.Delete(gone);
        await using var source = new UnlistableFolder(MailSourceFactory.Open(f.Node.Configuration.Source), "Work");
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        var troubles = new List<ItemTrouble>();
        Assert.Empty(await BlobRestoreRun.PlanAsync(reader, source, new BlobRestoreRequest(), troubles.Add, CancellationToken.None).ToListAsync());
        Assert.Equal((ErrorIds.SourceUnreadable, "Work"), (Assert.Single(troubles).ErrorId, troubles[0].Path));

        // What else that folder lost is not known, so it is the account that was not wholly restored.
        var sink = new RecordingSink();
        var report = await new BlobRestoreRun(f.Layout, source, new BlobRestoreRequest(), sink).RunAsync(CancellationToken.None);
        Assert.Equal(0, report.Restored);
        Assert.Equal((Ann, 0, true), report.UnrestoredItems.Select(u => (u.Account, u.Items.Count, u.WholeAccount)).Single());
        Assert.Single(sink.Troubles);
    }

    [Fact]
    public async Task Content_that_the_backup_lacks_too_costs_its_item()
    {
        using var f = new NodeFixture();
        string first = f.Server.Deliver(Ann, subject: "First");
        await f.ScanAsync();
        string second = f.Server.Deliver(Ann, subject: "Second");
        f.Server.Settle();
        await f.ScanAsync();
        byte[] whole = File.ReadAllBytes(second);
        File.WriteAllBytes(first, []);
        File.WriteAllBytes(second, []);
        string bundle = f.Layout.Bundle(0);
        using (var file = File.OpenWrite(bundle))
        {
            // Within the first blob.
            file.Position = 80;
            file.Write("damage damage damage"u8);
        }

        var operation = await f.RunAsync(new BlobRestoreRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((1L, 1L), (operation.Report!.Restored, operation.Report.Unrestored));
        Assert.Equal(whole, File.ReadAllBytes(second));
        Assert.Empty(File.ReadAllBytes(first));
        Assert.Equal(f.Items().Single(i => i.Subject == "First").Id.Value, Assert.Single(Assert.Single(operation.Report.UnrestoredItems).Items));

        // Asked again for just this one, it fails just so.
        var again = Assert.IsType<BlobRestoreRequest>(Assert.Single(RestoreAgain.Of(operation)));
        Assert.Equal((1L, 0L), ((await f.RunAsync(again)).Report!.Unrestored, (await f.RunAsync(again)).Report!.Restored));
    }

    [Fact]
    public async Task Items_of_a_batch_that_did_not_become_durable_are_unrestored_and_nothing_else()
    {
        using var f = new NodeFixture();
        foreach (int n in Enumerable.Range(0, 300))
        {
            f.Server.Deliver(Ann, subject: $"Mail {n}");
        }

        f.Server.Deliver(Bob);
        f.Server.Settle();
        await f.ScanAsync();
        foreach (string file in Directory.GetFiles(Path.Combine(f.Server.Folder(Ann), "cur")))
        {
            File.WriteAllBytes(file, []);
        }

        await using var source = new FullDisk(f.Node.OpenSource());
        var sink = new RecordingSink();
        using var held = WriterLock.TryAcquire(f.Layout.WriterLock);
        var report = await new BlobRestoreRun(f.Layout, source, new BlobRestoreRequest(), sink).RunAsync(default);
        var unrestored = Assert.Single(report.UnrestoredItems);
        Assert.Equal((Ann, true, 256), (unrestored.Account, unrestored.WholeAccount, unrestored.Items.Count));
        Assert.Equal(0, report.Restored);
        Assert.Equal(1, source.Flushes);
    }

    /// <summary>A server whose disk is full at the first flush, and not any more afterwards.</summary>
    private sealed class FullDisk(IMailSource inner) : IMailSource, IRestoreTarget
    {
        public int Flushes { get; private set; }

        public string Description => inner.Description;

        public IRestoreTarget? RestoreTarget => this;

        public IMailboxEditor? Editor => inner.Editor;

        public IProvisioningTarget? ProvisioningTarget => inner.ProvisioningTarget;

        public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token) => inner.ReadProvisioningAsync(knownToken, token);

        public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token) => inner.ListMailboxesAsync(token);

        public ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token) => inner.ListFoldersAsync(account, token);

        public IAsyncEnumerable<SourceItem> ListItemsAsync(string account, SourceFolder folder, CancellationToken token) => inner.ListItemsAsync(account, folder, token);

        public ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token) => inner.OpenAsync(account, folder, item, token);

        public string StableKeyOf(FolderKind kind, string key) => inner.StableKeyOf(kind, key);

        public ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token) => inner.RestoreTarget!.EnsureAccountAsync(account, create, token);

        public ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token) => inner.RestoreTarget!.EnsureFolderAsync(account, folder, token);

        public ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token) =>
            inner.RestoreTarget!.RestoreItemAsync(account, folder, item, token);

        public ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token) =>
            inner.RestoreTarget!.AddMountpointsAsync(account, mountpoints, token);

        public ValueTask FlushAsync(string? account, CancellationToken token) => ++Flushes == 1
            ? throw new MailBackupException(ErrorIds.ItemRestoreFailed, "The disk is full.", "Make room.")
            : inner.RestoreTarget!.FlushAsync(account, token);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>A server one folder of which cannot be listed.</summary>
    private sealed class UnlistableFolder(IMailSource inner, string folder) : IMailSource
    {
        public string Description => inner.Description;

        public IRestoreTarget? RestoreTarget => inner.RestoreTarget;

        public IMailboxEditor? Editor => inner.Editor;

        public IProvisioningTarget? ProvisioningTarget => inner.ProvisioningTarget;

        public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token) => inner.ReadProvisioningAsync(knownToken, token);

        public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token) => inner.ListMailboxesAsync(token);

        public ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token) => inner.ListFoldersAsync(account, token);

        public IAsyncEnumerable<SourceItem> ListItemsAsync(string account, SourceFolder listed, CancellationToken token) => listed.Path == folder
            ? throw new MailBackupException(ErrorIds.SourceUnreadable, "The folder cannot be read.", "See that it can.", listed.Path)
            : inner.ListItemsAsync(account, listed, token);

        public ValueTask<SourceContent?> OpenAsync(string account, SourceFolder opened, SourceItem item, CancellationToken token) => inner.OpenAsync(account, opened, item, token);

        public string StableKeyOf(FolderKind kind, string key) => inner.StableKeyOf(kind, key);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private static IEnumerable<string> Mails(SortedDictionary<string, (string Content, DateTime Modified)> files) =>
        files.Where(f => f.Key.Contains("/cur/", StringComparison.Ordinal)).Select(f => $"{f.Key} {f.Value.Content} {f.Value.Modified:o}");

    private static async Task<OperationReport> RestoreAsync(NodeFixture f, BlobRestoreRequest request)
    {
        var operation = await f.RunAsync(request);
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.ErrorId} {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }
}
