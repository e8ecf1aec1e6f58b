using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

public class AccountRestoreTests
{
    private const string Alice = "alice@example.com";
    private const string Ann = "ann@example.com";
    private const string New = "alice.march@example.com";

    [Fact]
    public async Task As_a_new_account_everything_is_as_it_was_and_the_first_is_not_touched()
    {
        using var f = Sample();
        await f.ScanAsync();
        var at = DateTimeOffset.UtcNow;
        var then = f.Items(type: null).Where(i => i.Account == Alice).ToList();
        foreach (string file in Directory.GetFiles(Path.Combine(f.Server.Root, "example.com", "alice", "Maildir", "cur")))
        {
            File.Delete(file);
        }

        await f.ScanAsync();
        var server = f.Server.Snapshot();
        var entries = new LdifProvisioning(f.Ldif!).Read(null)!.Entries;

        var request = new AccountRestoreRequest { Account = Alice, As = New, At = at, HideFromGal = true };
        var report = await f.RestoreAsync(request);
        Assert.Equal(then.Count, report.Restored);
        foreach (var (name, file) in server)
        {
            Assert.Equal(file, f.Server.Snapshot()[name]);
        }

        Assert.Equal(then.Count + 1, (await f.ScanAsync()).Added);
        var copy = f.Items(type: null).Where(i => i.Account == New).ToList();
        Assert.Equal(then.Select(Seen).Order(), copy.Select(Seen).Order());
        Assert.Equal(Content(f, then, at), Content(f, copy, null));
        Assert.Equal(Subscribed(f, Alice), Subscribed(f, New));

        var now = new LdifProvisioning(f.Ldif!).Read(null)!.Entries;
        Assert.Equal(entries.Select(e => (e.Name, e.Attributes)), now.Where(e => e.Name != New).Select(e => (e.Name, e.Attributes)));
        var entry = now.Single(e => e.Name == New);
        Assert.Equal("TRUE", entry.Attributes.First("zimbraHideInGal"));
        Assert.NotEqual(entries.Single(e => e.Name == Alice).Id, entry.Id);
        Assert.Contains("entry:zimbraSignatureName=Holiday", entry.Attributes.Keys);

        // Again, it makes nothing anew and says what it left alone.
        report = await f.RestoreAsync(request);
        Assert.Equal((0L, then.Count, 0L), report.Counts());
        Assert.Contains("already", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_account_lives_on_under_its_own_id_and_the_next_scan_finds_nothing()
    {
        using var f = Sample();
        await f.ScanAsync();
        var before = f.Items(type: null).Where(i => i.Account == Alice).ToList();
        var account = f.Node.GetAccounts().Single(a => a.Name == Alice);
        RemoveAlice(f);
        await f.ScanAsync();
        Assert.True(f.Node.GetAccounts().Single(a => a.Name == Alice).Deleted);

        var report = await f.RestoreAsync(new AccountRestoreRequest { Account = Alice });
        Assert.Equal((before.Count, 0L, 0L), report.Counts());
        var back = f.Node.GetAccounts().Single(a => a.Name == Alice);
        Assert.Equal((account.Id, false), (back.Id, back.Deleted));
        Assert.Equal(account.Attributes, back.Attributes);
        await f.AssertNothingChangedAsync();
        Assert.Equal(before.Select(i => (i.Id, Seen(i))), f.Items(type: null).Where(i => i.Account == Alice).Select(i => (i.Id, Seen(i))));
        await f.AssertCoherentAsync();
    }

    [Fact]
    public async Task A_deleted_account_as_it_was_at_a_moment_keeps_the_ids_of_what_had_been_deleted_since()
    {
        using var f = new NodeFixture(new LdifText().Account(1, Ann).Account(2, "bob@example.com").ToString());
        string lost = f.Server.Deliver(Ann, subject: "Lost before");
        f.Server.Deliver(Ann, subject: "Kept");
        f.Server.Deliver("bob@example.com");
        await f.ScanAsync();
        var at = DateTimeOffset.UtcNow;
        var ids = f.Items().Where(i => i.Account == Ann).Select(i => (i.Id, i.Subject)).ToList();
        File.Delete(lost);
        await f.ScanAsync();
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "ann"), recursive: true);
        File.WriteAllText(f.Ldif!, new LdifText().Account(2, "bob@example.com").ToString());
        await f.ScanAsync();

        await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, At = at });
        await f.AssertNothingChangedAsync();
        Assert.Equal(ids, f.Items().Where(i => i.Account == Ann).Select(i => (i.Id, i.Subject)));
    }

    [Fact]
    public async Task A_living_account_and_an_address_that_another_has_now_are_refused()
    {
        using var f = Sample();
        await f.ScanAsync();
        var operation = await f.RunAsync(new AccountRestoreRequest { Account = Alice });
        Assert.Equal((OperationState.Failed, ErrorIds.AccountNotDeleted), (operation.State, operation.ErrorId));
        Assert.Contains("--as", operation.Error, StringComparison.Ordinal);

        RemoveAlice(f);
        await f.ScanAsync();
        File.AppendAllText(f.Ldif!, "\n\ndn: uid=alice,ou=people,dc=example,dc=com\nobjectClass: zimbraAccount\nzimbraId: 11111111-0000-4000-8000-000000000001\nmail: alice@example.com\n");
        operation = await f.RunAsync(new AccountRestoreRequest { Account = Alice });
        Assert.Equal((OperationState.Failed, ErrorIds.AccountExists), (operation.State, operation.ErrorId));
        Assert.False(Directory.Exists(Path.Combine(f.Server.Root, "example.com", "alice")));
    }

    [Fact]
    public async Task Without_a_directory_the_mail_comes_back_and_the_rest_is_said()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        f.Server.Deliver("bob@example.com");
        await f.ScanAsync();
        var report = await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, As = "ann2@example.com" });
        Assert.Equal(2, report.Restored);
        Assert.Contains("no entry in a directory", Assert.Single(report.Warnings), StringComparison.Ordinal);

        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "ann"), recursive: true);
        await f.ScanAsync();
        Assert.Equal(2, (await f.RestoreAsync(new AccountRestoreRequest { Account = Ann })).Restored);
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Deleted_items_are_included_for_a_legal_hold_with_the_day_of_their_deletion()
    {
        using var f = new NodeFixture();
        string first = f.Server.Deliver(Ann, ".Work", subject: "First", flags: "ST");
        string second = f.Server.Deliver(Ann, subject: "Second");
        f.Server.Deliver(Ann, subject: "Living");
        await f.ScanAsync();
        File.Delete(first);
        await f.ScanAsync();
        var between = DateTimeOffset.UtcNow;
        File.Delete(second);
        await f.ScanAsync();

        var request = new AccountRestoreRequest { Account = Ann, As = "hold@example.com", IncludeDeleted = true };
        Assert.Equal(3 + 2, (await f.RestoreAsync(request)).Restored);
        await f.ScanAsync();
        var items = f.Items().Where(i => i.Account == "hold@example.com").ToDictionary(i => i.Subject);
        string tag = AccountCopyPlan.TagOf(DateTimeOffset.Now);
        Assert.Equal(("Work", MessageFlags.Seen, tag), (items["First"].Folder, items["First"].Flags, Assert.Single(items["First"].Tags)));
        Assert.Equal(("INBOX", tag), (items["Second"].Folder, Assert.Single(items["Second"].Tags)));
        Assert.Empty(items["Living"].Tags);

        await f.RestoreAsync(request with { As = "late@example.com", DeletedAfter = between });
        await f.ScanAsync();
        Assert.Equal(["Living", "Second"], f.Items().Where(i => i.Account == "late@example.com").Select(i => i.Subject).Order());
    }

    [Fact]
    public async Task Who_restores_what_was_emptied_is_told_the_moment_before()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 30; i++)
        {
            f.Server.Deliver(Ann);
        }

        string kept = f.Server.Deliver(Ann, ".Sent");
        await f.ScanAsync();
        Assert.DoesNotContain((await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, As = "one@example.com" })).Warnings, w => w.Contains("great loss", StringComparison.Ordinal));
        foreach (string file in Directory.GetFiles(Path.Combine(f.Server.Folder(Ann), "cur")))
        {
            File.Delete(file);
        }

        await f.ScanAsync();
        var report = await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, As = "two@example.com" });
        string warning = Assert.Single(report.Warnings, w => w.Contains("great loss", StringComparison.Ordinal));
        Assert.Contains("had 31 before", warning, StringComparison.Ordinal);
        var at = DateTimeOffset.Parse(warning[(warning.LastIndexOf("--at ", StringComparison.Ordinal) + 5)..], null);
        Assert.Equal(31, f.Items(at: at).Count(i => i.Account == Ann));
        Assert.DoesNotContain((await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, As = "three@example.com", At = at })).Warnings, w => w.Contains("great loss", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_left_after_its_metadata_was_lost_comes_back_and_the_rest_is_named()
    {
        using var f = new NodeFixture();
        for (int i = 0; i < 5; i++)
        {
            f.Server.Deliver(Ann);
        }

        f.Server.Deliver("bob@example.com");
        await f.ScanAsync();
        var id = f.Node.GetAccounts().Single(a => a.Name == Ann).Id;
        var items = f.Items().Where(i => i.Account == Ann).ToList();
        string line = File.ReadLines(f.Layout.ItemJournal(id).Segment(1)).Single(l => l.StartsWith($"{{\"item\":{items[2].Id},", StringComparison.Ordinal));
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "ann"), recursive: true);
        await f.ScanAsync();
        byte[] journal = File.ReadAllBytes(f.Layout.ItemJournal(id).Segment(1));
        int at = journal.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(line));
        journal.AsSpan(at, 40).Fill((byte)'x');
        File.WriteAllBytes(f.Layout.ItemJournal(id).Segment(1), journal);

        var operation = await f.RunAsync(new AccountRestoreRequest { Account = Ann });
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal((5L, 0L, 1L), operation.Report!.Counts());
        Assert.Equal((ErrorIds.JournalDamaged, TroubleCategory.BrokenItem, (long?)items[2].Id.Value), Assert.Single(operation.Report!.Troubles) is var t ? (t.ErrorId, t.Category, t.Item) : default);
        Assert.Equal([items[2].Id.Value], Assert.Single(operation.Report!.UnrestoredItems).Items);
        Assert.False(f.Node.GetAccounts().Single(a => a.Name == Ann).Deleted);
    }

    private static NodeFixture Sample()
    {
        var f = new NodeFixture(File.ReadAllText(Path.Combine(Repository.Samples, "directory.ldif")));
        Directory.Delete(f.Server.Root);
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), f.Server.Root);
        return f;
    }

    private static void RemoveAlice(NodeFixture f)
    {
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "alice"), recursive: true);
        File.WriteAllText(f.Ldif!, string.Join("\n\n", File.ReadAllText(f.Ldif!).Split("\n\n").Where(r => !r.Contains("uid=alice,", StringComparison.Ordinal))));
    }

    private static (string, string, ItemType, MessageFlags, string, DateTimeOffset) Seen(BackupItem i) =>
        (i.Folder, i.Subject, i.Type, i.Flags, string.Join(',', i.Tags), i.Date);

    private static List<string> Content(NodeFixture f, List<BackupItem> items, DateTimeOffset? at) =>
        [.. items.Where(i => i.Type != ItemType.Folder).Select(i => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Content(i, at)))).Order(StringComparer.Ordinal)];

    private static List<string> Subscribed(NodeFixture f, string account)
    {
        var id = f.Node.GetAccounts().Single(a => a.Name == account).Id;
        return [.. AccountStat.Read(f.Layout, id)!.Folders.Where(x => x.Attributes?.ContainsKey("subscribed") == true).Select(x => x.Path).Order(StringComparer.Ordinal)];
    }
}
