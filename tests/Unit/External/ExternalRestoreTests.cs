using System.Text.Json;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

public class ExternalRestoreTests
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.com";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_server_becomes_as_the_old_one_was(bool export)
    {
        using var s = await TwoServers.ScannedAsync();
        if (export)
        {
            await s.ExportAsync();
        }

        string path = export ? s.Export : s.Old.BackupPath;
        s.Old.Node.Dispose();
        var before = Copies.Snapshot(path);
        var report = await s.RestoreAsync(s.Request with { Path = path });
        Assert.Equal((0L, 0L), (report.Unrestored, report.Errors));
        Assert.Equal(before, Copies.Snapshot(path));

        TwoServers.AssertSame(TwoServers.Items(s.Old), TwoServers.Items(s.New));
        var old = TwoServers.DirectoryOf(s.Old).OrderBy(e => (e.Kind, e.Name)).ToList();
        var now = TwoServers.DirectoryOf(s.New).Where(e => e.Name != "admin.local").OrderBy(e => (e.Kind, e.Name)).ToList();
        Assert.Equal(old.Select(e => (e.Kind, e.Id, e.Name)), now.Select(e => (e.Kind, e.Id, e.Name)));
        Assert.All(old.Zip(now), pair => Assert.Equal(pair.First.Attributes, pair.Second.Attributes));

        // Folders and their attributes too, as this server's own backup now sees them.
        s.Old.Reopen();
        Assert.Equal(Folders(s.Old), Folders(s.New));
        Assert.Equal(s.Old.Items(type: null).Where(i => i.Type != ItemType.Folder).Select(Text).Order(), s.New.Items(type: null).Where(i => i.Type != ItemType.Folder).Select(Text).Order());
        await s.New.AssertNothingChangedAsync();
        await s.New.AssertCoherentAsync();
        Assert.Contains(s.Old.Node.ServerId, s.New.Layout.FindImported());
        Assert.Equal(s.New.Node.ServerId, s.New.Layout.FindOwner());
    }

    /// <summary>Nothing has changed on the server, so no scan makes it anew before it is asked.</summary>
    [Fact]
    public async Task Run_again_it_makes_up_for_a_catalog_that_is_gone()
    {
        using var s = await TwoServers.ScannedAsync();
        var first = await s.RestoreAsync();
        s.New.Node.Dispose();
        Array.ForEach(Directory.GetFiles(s.New.Layout.State, "catalog.db*"), File.Delete);
        s.New.Reopen();
        var second = await s.RestoreAsync();
        Assert.Equal((0L, first.Restored), (second.Restored, second.Skipped));
    }

    [Fact]
    public async Task Run_again_it_restores_nothing_and_leaves_what_users_have_done_since()
    {
        using var s = await TwoServers.ScannedAsync();
        var first = await s.RestoreAsync();
        var second = await s.RestoreAsync();
        Assert.Equal((0L, first.Restored), (second.Restored, second.Skipped));

        // One moves a mail and marks another: neither comes back, with or without a scan in between.
        string inbox = Path.Combine(s.New.Server.Root, "example.com/bob/Maildir");
        var mails = Directory.GetFiles(Path.Combine(inbox, "cur"));
        File.Move(mails[0], Path.Combine(inbox, ".Sent/cur", Path.GetFileName(mails[0])));
        File.Move(mails[1], mails[1] + "T");
        var changed = TwoServers.Items(s.New);
        Assert.Equal(0, (await s.RestoreAsync()).Restored);
        TwoServers.AssertSame(changed, TwoServers.Items(s.New));
    }

    [Fact]
    public async Task What_was_removed_comes_back_alone()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.RestoreAsync();
        var whole = TwoServers.Items(s.New);
        string mail = Directory.GetFiles(Path.Combine(s.New.Server.Root, "example.com/bob/Maildir/cur"))[0];
        File.Delete(mail);
        var report = await s.RestoreAsync();
        Assert.Equal(1, report.Restored);
        TwoServers.AssertSame(whole, TwoServers.Items(s.New));
    }

    [Fact]
    public async Task A_mailbox_that_is_lost_after_the_restore_comes_back_whole()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.RestoreAsync();
        var whole = TwoServers.Items(s.New);
        Directory.Delete(Path.Combine(s.New.Server.Root, "example.com/bob"), recursive: true);
        var operation = await s.New.RunAsync(s.Request);
        Assert.True(operation.State is OperationState.Completed, $"{operation.Error} {operation.Report!.Troubles.FirstOrDefault()}");
        TwoServers.AssertSame(whole, TwoServers.Items(s.New));
    }

    [Fact]
    public async Task The_map_of_ids_names_what_both_backups_call_an_item()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.RestoreAsync();
        var account = s.New.Node.GetAccounts().Single(a => a.Name == Alice);
        var lines = File.ReadLines(Path.Combine(s.New.BackupPath, "accounts", account.Id.ToString(), "id_mapper.log")).ToList();
        var items = s.Old.Items(type: null).Where(i => i.Account == Alice && i.Type != ItemType.Folder).ToList();
        Assert.Equal(items.Count, lines.Count);
        foreach (string line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var original = items.Single(i => i.Id.Value == json.RootElement.GetProperty("item").GetInt64());
            Assert.Equal(original.AccountId, json.RootElement.GetProperty("account").GetGuid());
            var restored = s.New.Node.GetHistory(Alice, new ItemId(json.RootElement.GetProperty("restored").GetInt64()))[^1];
            Assert.Equal(original.Digest, restored.Digest);
            Assert.Equal(original.Digest.ToString(), json.RootElement.GetProperty("digest").GetString());
        }

        Assert.False(Directory.Exists(s.New.Layout.IdMapperPending) && Directory.EnumerateFiles(s.New.Layout.IdMapperPending).Any());
    }

    [Fact]
    public async Task Mountpoints_and_data_sources_come_last_and_once()
    {
        using var s = new TwoServers();
        string subscriptions = Path.Combine(s.Old.Server.Root, "example.com/alice/Maildir/subscriptions");
        File.AppendAllText(subscriptions, "shared\tbob\tINBOX\nshared\tcar.la\n");
        File.AppendAllText(s.Old.Ldif!, """

            dn: zimbraDataSourceName=Old box,uid=bob,ou=people,dc=example,dc=com
            objectClass: zimbraDataSource
            zimbraDataSourceName: Old box
            zimbraDataSourceHost: mail.example.net

            """);
        await s.Old.ScanAsync();
        await s.RestoreAsync();
        string[] lines = File.ReadAllLines(Path.Combine(s.New.Server.Root, "example.com/alice/Maildir/subscriptions"));
        Assert.Contains(lines, l => l is "shared/bob/INBOX" or "shared\tbob\tINBOX");
        Assert.Contains(lines, l => l is "shared/car.la" or "shared\tcar.la");
        Assert.Contains("Old box", File.ReadAllText(s.New.Ldif!), StringComparison.Ordinal);
        Assert.Equal(0, (await s.RestoreAsync()).Restored);
        Assert.Equal(lines, File.ReadAllLines(Path.Combine(s.New.Server.Root, "example.com/alice/Maildir/subscriptions")));
        Assert.Equal(2, File.ReadAllText(s.New.Ldif!).Split("mail.example.net").Length);

        using var without = new NodeFixture(TwoServers.EmptyDirectory);
        var operation = await without.RunAsync(s.Request with { Skip = RestoreParts.DataSource });
        Assert.Equal(OperationState.Completed, operation.State);
        Assert.DoesNotContain("Old box", File.ReadAllText(without.Ldif!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_and_domains_by_name()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.RestoreAsync(s.Request with { Accounts = [Bob] });
        Assert.Equal([Bob], Names(s.New, ProvisioningKind.Account));
        Assert.Equal(["admin.local", "example.com"], Names(s.New, ProvisioningKind.Domain));
        Assert.Equal(["bob"], Users(s.New, "example.com"));

        await s.RestoreAsync(s.Request with { Domains = ["EXAMPLE.org"] });
        Assert.Equal([Bob, "carla@example.org", "dmitri@example.org"], Names(s.New, ProvisioningKind.Account));

        foreach (var (request, error) in new (ExternalRestoreRequest, string)[]
        {
            (s.Request with { Accounts = ["nobody@example.com"] }, ErrorIds.AccountNotFound),
            (s.Request with { Domains = ["example.net"] }, ErrorIds.DomainNotFound),
            (s.Request with { Path = s.Old["nowhere"] }, ErrorIds.BackupPathNotFound),
            (s.Request with { Path = s.Old.Server.Root }, ErrorIds.BackupPathNotInitialized),
            (s.Request with { Path = s.New.BackupPath }, ErrorIds.BackupPathIsOwnCopy),
        })
        {
            var operation = await s.New.RunAsync(request);
            Assert.Equal((OperationState.Failed, error), (operation.State, operation.ErrorId));
        }
    }

    [Fact]
    public async Task Parts_that_are_left_out_stay_out()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.RestoreAsync(s.Request with
        {
            Skip = RestoreParts.Alias | RestoreParts.Cos | RestoreParts.DistributionList | RestoreParts.DomainProvisioning,
            ProvisioningOnly = true,
        });
        Assert.Equal(["admin.local"], Names(s.New, ProvisioningKind.Domain));
        Assert.Empty(Names(s.New, ProvisioningKind.ClassOfService));
        Assert.Empty(Names(s.New, ProvisioningKind.DistributionList));
        var alice = TwoServers.DirectoryOf(s.New).Single(e => e.Name == Alice);
        Assert.Equal([Alice], alice.Attributes["mail"]);
        Assert.False(alice.Attributes.ContainsKey("zimbraMailAlias"));
        Assert.False(alice.Attributes.ContainsKey("zimbraCOSId"));
        Assert.Empty(TwoServers.Items(s.New));
        Assert.True(Directory.Exists(Path.Combine(s.New.Server.Root, "example.com/bob")));
        Assert.Equal(4, Directory.GetDirectories(s.New.Server.Root, "cur", SearchOption.AllDirectories).Select(d => Path.GetRelativePath(s.New.Server.Root, d).Split('/')[1]).Distinct().Count());
    }

    [Fact]
    public async Task Without_account_provisioning_only_accounts_that_are_here_are_filled()
    {
        using var s = await TwoServers.ScannedAsync();
        s.New.Server.Folder(Bob);
        var operation = await s.New.RunAsync(s.Request with { Skip = RestoreParts.AccountProvisioning });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(3, operation.Report!.Troubles.Count(t => t.ErrorId == ErrorIds.SourceAccountNotFound));
        Assert.Equal(["bob"], Users(s.New, "example.com"));
        Assert.Empty(Names(s.New, ProvisioningKind.Account));
        Assert.Equal(
            TwoServers.Items(s.Old).Keys.Count(k => k.StartsWith("example.com/bob/", StringComparison.Ordinal)), TwoServers.Items(s.New).Count);
    }

    [Fact]
    public async Task Deleted_items_and_accounts_only_when_asked_for()
    {
        using var s = await TwoServers.ScannedAsync();
        var whole = TwoServers.Items(s.Old);
        string mail = Directory.GetFiles(Path.Combine(s.Old.Server.Root, "example.com/bob/Maildir/cur"))[0];
        File.Delete(mail);
        string ldif = File.ReadAllText(s.Old.Ldif!);
        int dmitri = ldif.IndexOf("dn: uid=dmitri", StringComparison.Ordinal), end = ldif.IndexOf("\ndn: ", dmitri, StringComparison.Ordinal);
        File.WriteAllText(s.Old.Ldif!, ldif.Remove(dmitri, (end < 0 ? ldif.Length : end + 1) - dmitri));
        Directory.Delete(Path.Combine(s.Old.Server.Root, "example.org/dmitri"), recursive: true);
        var between = DateTimeOffset.UtcNow;
        await Task.Delay(20);
        await s.Old.ScanAsync();
        Assert.True(s.Old.Node.GetAccounts().Single(a => a.Name.StartsWith("dmitri", StringComparison.Ordinal)).Deleted);

        var report = await s.RestoreAsync();
        Assert.Contains(report.Warnings, w => w.Contains("dmitri@example.org", StringComparison.Ordinal));
        TwoServers.AssertSame(TwoServers.Items(s.Old), TwoServers.Items(s.New));

        using var past = new NodeFixture(TwoServers.EmptyDirectory);
        Assert.Equal(OperationState.Completed, (await past.RunAsync(s.Request with { At = between })).State);
        TwoServers.AssertSame(whole, TwoServers.Items(past));

        await s.RestoreAsync(s.Request with { IncludeDeleted = true });
        TwoServers.AssertSame(whole, TwoServers.Items(s.New));
    }

    [Fact]
    public async Task System_accounts_and_large_items_are_left_out_and_said()
    {
        using var s = new TwoServers();
        s.Old.Server.Deliver("spam.abc@example.com");
        s.Old.Server.Deliver("galsync.x@example.com");
        await s.Old.ScanAsync();
        var report = await s.RestoreAsync(s.Request with { MaxItemSize = 5000 });
        Assert.Contains(report.Warnings, w => w.Contains("spam.abc@example.com", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, w => w.Contains("more than 5000 bytes", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(s.New.Server.Root, "*", SearchOption.AllDirectories), f => new FileInfo(f).Length > 5000);
        Assert.DoesNotContain("spam.abc", Users(s.New, "example.com"));
        await s.RestoreAsync(s.Request with { IncludeSystemAccounts = true, ThrottleLimit = 1 });
        Assert.Contains("spam.abc", Users(s.New, "example.com"));
        TwoServers.AssertSame(TwoServers.Items(s.Old), TwoServers.Items(s.New));
    }

    [Fact]
    public async Task What_is_here_stays_as_it_is_and_foreign_classes_become_ours()
    {
        using var s = await TwoServers.ScannedAsync();
        File.WriteAllText(s.New.Ldif!, new LdifText().Domain("example.com", "description: ours").Cos("office").Account(7, Bob, "description: our bob").ToString());
        string ours = s.New.Server.Deliver(Bob, subject: "Ours");
        await s.RestoreAsync();
        var directory = TwoServers.DirectoryOf(s.New);
        Assert.Equal("ours", directory.Single(e => e is { Kind: ProvisioningKind.Domain, Name: "example.com" }).Attributes.First("description"));
        Assert.Equal("our bob", directory.Single(e => e.Name == Bob).Attributes.First("description"));
        Assert.Equal("c-office", directory.Single(e => e.Name == Alice).Attributes.First("zimbraCOSId"));
        Assert.True(File.Exists(ours));
        Assert.Equal(TwoServers.Items(s.Old).Count + 1, TwoServers.Items(s.New).Count);
    }

    [Fact]
    public async Task An_address_that_belongs_to_somebody_else_here_costs_that_account()
    {
        using var s = await TwoServers.ScannedAsync();
        File.WriteAllText(s.New.Ldif!, new LdifText().Account(7, "eve@example.com", $"mail: {Bob}").ToString());
        var operation = await s.New.RunAsync(s.Request);
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((ErrorIds.DirectoryEntryConflict, Bob), operation.Report!.Troubles.Select(t => (t.ErrorId, t.Account)).Single());
        Assert.DoesNotContain("bob", Users(s.New, "example.com"));
        Assert.Contains("alice", Users(s.New, "example.com"));
    }

    [Fact]
    public async Task A_broken_content_costs_its_item_and_is_named()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.ExportAsync();
        var victim = s.Old.Items().First(i => i.Account == Bob);
        var layout = new TransparentLayout(s.Export, s.Old["unused"]);
        ItemState state;
        using (var reader = new BackupReader(s.Old.Layout, StoreReader.OpenCatalog(s.Old.Layout, null)))
        {
            state = reader.FindState(Bob, victim.Id, null).State;
        }

        var blob = ContentReader.PartsOf(state).Last();
        File.Delete(layout.BlobFile(blob));
        var operation = await s.New.RunAsync(s.Request with { Path = s.Export });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(operation.Report!.Unrestored, operation.Report.Troubles.Count);
        Assert.Contains(operation.Report.Troubles, t => t.ErrorId == ErrorIds.BlobMissing && t.Account == Bob && t.Item == victim.Id.Value);
        Assert.Contains(operation.Report.UnrestoredItems, u => u.Account == Bob && u.Items.Contains(victim.Id.Value));
        Assert.Equal(TwoServers.Items(s.Old).Count - (int)operation.Report.Unrestored, TwoServers.Items(s.New).Count);

        // The backup path still has it: the second restore brings just that.
        Assert.Equal(operation.Report.Unrestored, (await s.RestoreAsync()).Restored);
        TwoServers.AssertSame(TwoServers.Items(s.Old), TwoServers.Items(s.New));
    }

    [Fact]
    public async Task A_damaged_journal_of_the_other_backup_is_never_a_success()
    {
        using var s = await TwoServers.ScannedAsync();
        var account = s.Old.Node.GetAccounts().Single(a => a.Name == Alice);
        string journal = s.Old.Layout.ItemJournal(account.Id).Segment(1);
        var lines = File.ReadAllLines(journal);
        lines[4] = lines[4].Replace("\"item\":", "\"item\": ", StringComparison.Ordinal);
        File.WriteAllText(journal, string.Join('\n', lines) + "\n");
        for (int i = 0; i < 2; i++)
        {
            var operation = await s.New.RunAsync(s.Request);
            Assert.Equal(OperationState.CompletedWithErrors, operation.State);
            Assert.Contains(operation.Report!.Troubles, t => t.ErrorId == ErrorIds.JournalDamaged && t.Reason.Contains(journal, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_stopped_restore_goes_on_and_knows_what_it_had_restored()
    {
        using var s = await TwoServers.ScannedAsync();
        using var stop = new CancellationTokenSource();
        var operation = s.New.Node.Submit(s.Request);
        var ended = await s.New.Node.RunAsync(operation, o =>
        {
            if (o.Progress?.ItemsDone > 0)
            {
                stop.Cancel();
            }
        }, stop.Token);
        Assert.True(ended.State is OperationState.Stopped or OperationState.Completed);
        await s.RestoreAsync();
        TwoServers.AssertSame(TwoServers.Items(s.Old), TwoServers.Items(s.New));
        Assert.Equal(0, (await s.RestoreAsync()).Restored);
    }

    [Fact]
    public async Task An_export_of_ones_own_fills_the_gaps_and_nothing_else()
    {
        using var s = await TwoServers.ScannedAsync();
        await s.ExportAsync();
        string inbox = Path.Combine(s.Old.Server.Root, "example.com/bob/Maildir");
        var mails = Directory.GetFiles(Path.Combine(inbox, "cur"));
        var whole = TwoServers.Items(s.Old);
        File.Delete(mails[0]);
        File.Move(mails[1], Path.Combine(inbox, ".Sent/cur", Path.GetFileName(mails[1])));
        var operation = await s.Old.RunAsync(new ExternalRestoreRequest { Path = s.Export });
        Assert.True(operation.State == OperationState.Completed, $"{operation.Error} {string.Join('\n', operation.Report!.Troubles)}");
        Assert.Equal(1, operation.Report!.Restored);
        Assert.Equal(whole.Count, TwoServers.Items(s.Old).Count);
    }

    private static string Text(BackupItem i) => $"{i.Account} {i.Folder} {i.Type} {i.Subject} {i.From} {i.Flags} {string.Join(',', i.Tags)} {i.Date:O} {i.Digest}";

    private static List<string> Folders(NodeFixture f)
    {
        using var reader = new BackupReader(f.Layout, StoreReader.OpenCatalog(f.Layout, null));
        return [.. f.Items(type: ItemType.Folder).Select(i => (i.Account, State: reader.FindState(i.Account, i.Id, null).State))
            .Select(x => $"{x.Account} {x.State.Subject} {x.State.Key} {string.Join(';', x.State.Attributes!)}").Order(StringComparer.Ordinal)];
    }

    private static string[] Names(NodeFixture f, ProvisioningKind kind) =>
        [.. TwoServers.DirectoryOf(f).Where(e => e.Kind == kind).Select(e => e.Name).Order(StringComparer.Ordinal)];

    private static string[] Users(NodeFixture f, string domain) => Directory.Exists(Path.Combine(f.Server.Root, domain))
        ? [.. Directory.GetDirectories(Path.Combine(f.Server.Root, domain)).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)]
        : [];
}
