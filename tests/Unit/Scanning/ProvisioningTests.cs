using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

/// <summary>What a directory and the tree say of accounts, domains, COS and lists, from scan to scan.</summary>
public class ProvisioningTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Of_two_mailboxes_of_one_address_it_is_said_that_one_is_not_backed_up()
    {
        using var f = new NodeFixture();
        f.Server.Deliver("Ann@example.com", subject: "An old one");
        f.Server.Deliver(Ann);
        var scan = await f.RunAsync(new ScanRequest());
        Assert.Equal(OperationState.CompletedWithErrors, scan.State);
        Assert.Contains("is not backed up", Assert.Single(scan.Report!.Troubles).Reason, StringComparison.Ordinal);
        Assert.Single(f.Node.GetAccounts());
    }

    [Fact]
    public async Task Accounts_come_change_and_go()
    {
        using var f = With(new LdifText().Account(1, Ann, "displayName: Ann A").Account(2, Bob));
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        await f.AssertNothingChangedAsync();
        var first = DateTimeOffset.UtcNow;
        await Task.Delay(5);
        Assert.Equal(new Guid("00000000-0000-4000-8000-000000000001"), Account(f, Ann).Id);

        // Changed and added.
        Write(f, new LdifText().Account(1, Ann, "displayName: Ann B", "zimbraMailAlias: office@example.com").Account(2, Bob).Account(3, "new@example.com"));
        Assert.Equal((1L, 1L, 0L), (await f.ScanAsync()).Changes());
        await f.AssertNothingChangedAsync();
        var history = f.Node.GetAccountHistory(Ann);
        Assert.Equal(["Ann A", "Ann B"], history.Select(h => h.Attributes.First("displayName")));
        Assert.Null(history[0].Attributes.First("zimbraMailAlias"));
        Assert.True(history[0].Start <= first && history[1].Start > first);
        Assert.Equal("Ann A", f.Node.GetAccounts(first).Single(a => a.Name == Ann).Attributes.First("displayName"));
        Assert.Equal([Ann, Bob], f.Node.GetAccounts(first).Select(a => a.Name));
        Assert.Equal("office@example.com", Account(f, Ann).Attributes.First("zimbraMailAlias"));

        // Removed from both.
        Write(f, new LdifText().Account(1, Ann, "displayName: Ann B", "zimbraMailAlias: office@example.com").Account(2, Bob));
        Assert.Equal((0L, 0L, 1L), (await f.ScanAsync()).Changes());
        Assert.True(Account(f, "new@example.com").Deleted);

        // Removed from the directory only: its mail is still there and goes on being saved.
        Write(f, new LdifText().Account(1, Ann, "displayName: Ann B", "zimbraMailAlias: office@example.com"));
        f.Server.Deliver(Bob, subject: "After");
        Assert.Equal((1L, 0L, 0L), (await f.ScanAsync()).Changes());
        Assert.False(Account(f, Bob).Deleted);
        Assert.Contains(f.Items(), i => i.Subject == "After");

        // The word of the directory and an empty place together are a deletion; its items stay.
        Directory.Delete(Path.Combine(f.Server.Root, "example.com", "bob"), recursive: true);
        Assert.Equal((0L, 0L, 1L), (await f.ScanAsync()).Changes());
        Assert.True(Account(f, Bob).Deleted);
        Assert.Equal(2, f.Items().Count(i => i.Account == Bob));
        await f.AssertCoherentAsync();
    }

    /// <summary>Wherever the damage lies, it costs its account, and nothing is written behind it; when it is mended, what was left out is saved.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public async Task One_damaged_account_journal_costs_that_account_only(double place)
    {
        using var f = With(new LdifText().Account(1, Ann, "displayName: Ann A").Account(2, Bob, "displayName: Bob A"));
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        Write(f, new LdifText().Account(1, Ann, "displayName: Ann B").Account(2, Bob, "displayName: Bob A"));
        await f.ScanAsync();
        string info = f.Layout.AccountInfo(Account(f, Ann).Id).Segment(1);
        byte[] whole = File.ReadAllBytes(info);
        byte[] damaged = (byte[])whole.Clone();
        damaged[(int)((whole.Length - 4) * place)] ^= 1;
        File.WriteAllBytes(info, damaged);

        Write(f, new LdifText().Account(1, Ann, "displayName: Ann C").Account(2, Bob, "displayName: Bob B"));
        f.Server.Deliver(Ann, subject: "All the same");
        for (int i = 0; i < 2; i++)
        {
            var operation = await f.RunAsync(new ScanRequest());
            Assert.Equal(OperationState.CompletedWithErrors, operation.State);
            Assert.Equal((ErrorIds.JournalDamaged, Ann), (Assert.Single(operation.Report!.Troubles).ErrorId, operation.Report.Troubles[0].Account));
            Assert.Equal(damaged, File.ReadAllBytes(info));
        }

        Assert.Equal("Bob B", Account(f, Bob).Attributes.First("displayName"));
        Assert.Contains(f.Items(), i => i.Subject == "All the same");

        // Read again though its token has not changed since.
        File.WriteAllBytes(info, whole);
        Assert.Equal(1, (await f.ScanAsync()).Updated);
        Assert.Equal("Ann C", Account(f, Ann).Attributes.First("displayName"));
        await f.AssertCoherentAsync();
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task A_renamed_account_keeps_its_id_and_its_items()
    {
        using var f = With(new LdifText().Account(1, Ann).Account(2, Bob));
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var before = Account(f, Ann).Id;

        Write(f, new LdifText().Account(1, "ann.smith@example.com").Account(2, Bob));
        Directory.Move(Path.Combine(f.Server.Root, "example.com", "ann"), Path.Combine(f.Server.Root, "example.com", "ann.smith"));
        Assert.Equal((0L, 1L, 0L), (await f.ScanAsync()).Changes());
        await f.AssertNothingChangedAsync();
        Assert.Equal(before, Account(f, "ann.smith@example.com").Id);
        Assert.DoesNotContain(f.Node.GetAccounts(), a => a.Name == Ann);
        Assert.Equal([Ann, "ann.smith@example.com"], f.Node.GetAccountHistory("ann.smith@example.com").Select(a => a.Name));
        Assert.Single(f.Items(), i => i.Account == "ann.smith@example.com");
    }

    [Fact]
    public async Task Accounts_that_exchange_their_names_exchange_nothing_else()
    {
        using var f = With(new LdifText().Account(1, Ann, "displayName: One").Account(2, Bob, "displayName: Two"));
        f.Server.Deliver(Ann, subject: "Of one");
        f.Server.Deliver(Bob, subject: "Of two");
        await f.ScanAsync();
        Write(f, new LdifText().Account(1, Bob, "displayName: One").Account(2, Ann, "displayName: Two"));
        string domain = Path.Combine(f.Server.Root, "example.com");
        Directory.Move(Path.Combine(domain, "ann"), Path.Combine(domain, "x"));
        Directory.Move(Path.Combine(domain, "bob"), Path.Combine(domain, "ann"));
        Directory.Move(Path.Combine(domain, "x"), Path.Combine(domain, "bob"));

        Assert.Equal((0L, 2L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(("One", "Two"), (Account(f, Bob).Attributes.First("displayName"), Account(f, Ann).Attributes.First("displayName")));
        Assert.Equal(Bob, f.Items().Single(i => i.Subject == "Of one").Account);
        Assert.Equal(Ann, f.Items().Single(i => i.Subject == "Of two").Account);
        await f.AssertNothingChangedAsync();
    }

    /// <summary>
    /// An address is given to another person, and the scan is killed when only some of what it wrote is there: the old account_stat, or the old journal with it. Several pairs,
    /// because a folder gives its names in any order.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_address_that_was_given_to_another_is_that_ones_wherever_the_scan_was_killed(bool journalToo)
    {
        const int pairs = 6;
        string[] names = [.. Enumerable.Range(1, pairs).Select(n => $"user{n}@example.com")];
        using var f = With(Given(offset: 0));
        Array.ForEach(names, n => f.Server.Deliver(n, subject: "Of the first"));
        f.Server.Settle();
        await f.ScanAsync();
        var kept = f.Node.GetAccounts().SelectMany(a => (string[])[f.Layout.AccountStat(a.Id), f.Layout.AccountInfo(a.Id).Segment(1)])
            .Where(p => journalToo || Path.GetFileName(p) == "account_stat").ToDictionary(p => p, File.ReadAllBytes);

        Write(f, Given(offset: pairs));
        await f.ScanAsync();
        var second = names.Select(n => f.Node.GetAccounts().Single(a => a.Name == n && !a.Deleted).Id).ToList();
        Assert.DoesNotContain(second, id => kept.ContainsKey(f.Layout.AccountStat(id)));
        f.Node.Dispose();
        foreach (var (path, content) in kept)
        {
            File.WriteAllBytes(path, content);
        }

        f.Reopen();
        Assert.Equal(second, names.Select(n => AccountRegistry.Load(f.Layout).FindLiving(n)!.Value));
        Assert.Equal((0L, 0L, journalToo ? pairs : 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(second, f.Node.GetAccounts().Where(a => !a.Deleted).Select(a => a.Id));
        Assert.All(f.Node.GetAccounts(), a => Assert.Equal(a.Deleted, AccountStat.Read(f.Layout, a.Id)!.Deleted));
        await f.AssertNothingChangedAsync();
        await f.AssertCoherentAsync();

        LdifText Given(int offset)
        {
            var ldif = new LdifText();
            for (int n = 1; n <= pairs; n++)
            {
                ldif.Account(offset + n, names[n - 1]);
            }

            return ldif;
        }
    }

    [Fact]
    public async Task Domains_classes_of_service_and_lists_have_their_history()
    {
        using var f = With(new LdifText().Domain("example.com", "description: one").Cos("default", "zimbraMailQuota: 1").List("all@example.com", Ann)
            .Account(1, Ann));
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var first = DateTimeOffset.UtcNow;
        await Task.Delay(5);

        Write(f, new LdifText().Domain("example.com", "description: two").Domain("example.org").Cos("default", "zimbraMailQuota: 2")
            .List("all@example.com", Ann, Bob).Account(1, Ann));
        Assert.Equal((1L, 3L, 0L), (await f.ScanAsync()).Changes());
        var second = DateTimeOffset.UtcNow;
        await Task.Delay(5);

        Write(f, new LdifText().Domain("example.com", "description: two").Account(1, Ann));
        Assert.Equal((0L, 0L, 3L), (await f.ScanAsync()).Changes());
        await f.AssertNothingChangedAsync();

        Assert.Equal(["one"], Values(f, ProvisioningKind.Domain, "description", first));
        Assert.Equal(["two", null], Values(f, ProvisioningKind.Domain, "description", second));
        Assert.Equal(["two"], Values(f, ProvisioningKind.Domain, "description", null));
        Assert.Equal(["1"], Values(f, ProvisioningKind.ClassOfService, "zimbraMailQuota", first));
        Assert.Equal(["2"], Values(f, ProvisioningKind.ClassOfService, "zimbraMailQuota", second));
        Assert.Empty(f.Node.GetProvisioning(ProvisioningKind.ClassOfService));
        Assert.Equal([Ann], f.Node.GetProvisioning(ProvisioningKind.DistributionList, first).Single().Attributes["zimbraMailForwardingAddress"]);
        Assert.Equal([Ann, Bob], f.Node.GetProvisioning(ProvisioningKind.DistributionList, second).Single().Attributes["zimbraMailForwardingAddress"]);
        Assert.Empty(f.Node.GetProvisioning(ProvisioningKind.DistributionList));

        // Back again under the same id.
        Write(f, new LdifText().Domain("example.com", "description: two").Cos("default", "zimbraMailQuota: 3").Account(1, Ann));
        await f.ScanAsync();
        Assert.Equal(["3"], Values(f, ProvisioningKind.ClassOfService, "zimbraMailQuota", null));
        await f.AssertCoherentAsync();
    }

    [Fact]
    public async Task A_broken_line_fails_the_scan_and_changes_nothing()
    {
        using var f = With(new LdifText().Domain("example.com").Account(1, Ann).Account(2, Bob));
        f.Server.Deliver(Ann);
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        var before = Truth(f);

        Write(f, new LdifText().Domain("example.com", "description: changed").Account(1, Ann).Line("this is no attribute"));
        f.Server.Deliver(Ann);
        var operation = await f.RunAsync(new ScanRequest());
        Assert.Equal((OperationState.Failed, ErrorIds.LdifInvalid), (operation.State, operation.ErrorId));
        Assert.Contains(f.Ldif!, operation.Error, StringComparison.Ordinal);
        Assert.Equal(before, Truth(f));

        Write(f, new LdifText().Domain("example.com", "description: changed").Account(1, Ann).Account(2, Bob));
        Assert.Equal((1L, 1L, 0L), (await f.ScanAsync()).Changes());
    }

    /// <summary>An export that ends early between two entries, where nothing but the directory speaks for the accounts (as over IMAP).</summary>
    [Fact]
    public async Task Accounts_that_a_directory_drops_all_at_once_are_not_believed_to_be_gone()
    {
        var whole = Users(1, 10).List("all@example.com", Ann);
        using var f = With(whole);
        f.Server.Deliver("user1@example.com");
        await f.ScanAsync();

        // Cut; and again, for the same file must not be believed the second time.
        Write(f, Users(1, 4));
        for (int i = 0; i < 2; i++)
        {
            var operation = await f.RunAsync(new ScanRequest());
            Assert.Equal(OperationState.CompletedWithErrors, operation.State);
            var trouble = Assert.Single(operation.Report!.Troubles);
            Assert.Equal((ErrorIds.SourceSuddenlyEmpty, null), (trouble.ErrorId, trouble.Account));
            Assert.Contains("6 of its 10 accounts", trouble.Reason, StringComparison.Ordinal);
            Assert.Contains("--allow-empty", trouble.Reason, StringComparison.Ordinal);
            Assert.Equal(0, operation.Report.Deleted);
        }

        Assert.DoesNotContain(f.Node.GetAccounts(), a => a.Deleted);
        Assert.Single(f.Node.GetProvisioning(ProvisioningKind.DistributionList));

        // The next export is whole again: nothing has happened.
        Write(f, whole);
        Assert.Equal((0L, 0L, 0L), (await f.ScanAsync()).Changes());

        // What it does name is taken over meanwhile, and whoever knows better is believed.
        Write(f, Users(1, 4).Account(11, "new@example.com"));
        Assert.Equal(1, (await f.RunAsync(new ScanRequest())).Report!.Added);
        Assert.Equal(7, (await f.ScanAsync(new ScanRequest { AllowEmpty = true })).Deleted);
        Assert.Equal(6, f.Node.GetAccounts().Count(a => a.Deleted));
        await f.AssertNothingChangedAsync();
    }

    [Theory]
    [InlineData(5, 50, true)]
    [InlineData(6, 60, true)]
    [InlineData(6, 59, false)]
    [InlineData(10, 0, true)]
    public async Task How_many_accounts_a_directory_may_drop_at_once_is_configured(int dropped, int percent, bool believed)
    {
        using var f = With(Users(1, 10));
        f.Server.Deliver("stray@example.org");
        f.Node.UpdateConfiguration(c => c with { MassChangePercent = percent });
        await f.ScanAsync();
        Write(f, Users(dropped + 1, 10).Domain("example.com"));
        Assert.Equal(believed ? OperationState.Completed : OperationState.CompletedWithErrors, (await f.RunAsync(new ScanRequest())).State);
        Assert.Equal(believed ? dropped : 0, f.Node.GetAccounts().Count(a => a.Deleted));
    }

    [Fact]
    public async Task Accounts_that_change_their_addresses_or_keep_their_mailboxes_are_not_dropped()
    {
        using var f = With(Users(1, 10));
        f.Server.Deliver("stray@example.org");
        await f.ScanAsync();
        var renamed = new LdifText();
        for (int i = 1; i <= 10; i++)
        {
            renamed.Account(i, $"user{i}@example.net");
        }

        Write(f, renamed);
        Assert.Equal((0L, 10L, 0L), (await f.ScanAsync()).Changes());

        for (int i = 1; i <= 10; i++)
        {
            f.Server.Deliver($"user{i}@example.net");
        }

        Write(f, new LdifText().Account(1, "user1@example.net"));
        Assert.Equal(0, (await f.ScanAsync()).Deleted);
    }

    [Fact]
    public async Task A_mailbox_without_an_entry_is_backed_up_and_one_without_a_mailbox_is_known()
    {
        using var f = With(new LdifText().Account(1, Ann));
        f.Server.Deliver("stray@example.org");
        await f.ScanAsync();
        Assert.Equal([Ann, "stray@example.org"], f.Node.GetAccounts().Select(a => a.Name));
        Assert.Equal("stray@example.org", f.Items().Single().Account);
        Assert.Empty(Account(f, "stray@example.org").Attributes);
        await f.AssertNothingChangedAsync();

        // The directory comes to know it: the same account.
        var id = Account(f, "stray@example.org").Id;
        Write(f, new LdifText().Account(1, Ann).Account(2, "stray@example.org", "displayName: Found"));
        Assert.Equal((0L, 1L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal((id, "Found"), (Account(f, "stray@example.org").Id, Account(f, "stray@example.org").Attributes.First("displayName")));
        await f.AssertNothingChangedAsync();
    }

    [Fact]
    public async Task Names_in_another_letter_case_are_the_same_account()
    {
        using var f = With(new LdifText().Account(1, "Ann@Example.COM", "displayName: Ann"));
        string path = f.Server.Deliver(Ann);
        f.Server.Deliver(Ann);
        f.Server.Settle();
        await f.ScanAsync();
        await f.AssertNothingChangedAsync();
        var account = Assert.Single(f.Node.GetAccounts());
        Assert.Equal("Ann", account.Attributes.First("displayName"));
        Assert.Equal(2, f.Items().Count);

        f.Server.Deliver(Ann);
        Assert.Equal((1L, 0L, 0L), (await f.ScanAsync(new ScanRequest { Accounts = [Ann] })).Changes());

        // And its mail goes back to where it was.
        byte[] content = File.ReadAllBytes(path);
        File.Delete(path);
        await f.RestoreAsync(new RestoreRequest { Account = Ann });
        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal(["example.com"], Directory.GetDirectories(f.Server.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Keywords_and_subscriptions_belong_to_items_and_folders()
    {
        using var f = new NodeFixture();
        string inbox = f.Server.Folder(Ann);
        f.Server.Folder(Ann, ".Archive");
        f.Server.Folder(Ann, ".Other");
        File.WriteAllText(Path.Combine(inbox, "dovecot-keywords"), "0 Important\n1 $label1\n");
        File.WriteAllText(Path.Combine(inbox, "subscriptions"), "V\t2\n\nArchive\n");
        string path = f.Server.Deliver(Ann, flags: "Sb");
        f.Server.Deliver(Ann, flags: "FSab");
        f.Server.Settle();
        await f.ScanAsync();
        Assert.Equal([["$label1"], ["$label1", "Important"]], Items().Select(i => i.Tags.ToArray()));
        Assert.Equal(MessageFlags.Flagged | MessageFlags.Seen, Items()[1].Flags);
        Assert.Equal(["Archive"], Subscribed(f));
        await f.AssertNothingChangedAsync();

        File.Move(path, path[..^1] + "a");
        File.WriteAllText(Path.Combine(inbox, "subscriptions"), "V\t2\n\nOther\n");
        Assert.Equal((0L, 3L, 0L), (await f.ScanAsync()).Changes());
        Assert.Equal(["Important"], Items()[0].Tags);
        Assert.Equal(["Other"], Subscribed(f));
        await f.AssertNothingChangedAsync();

        // Not by id: files come in the order of their directory.
        List<BackupItem> Items() => [.. f.Items().OrderBy(i => i.Subject, StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Contacts_groups_appointments_tasks_and_documents_are_what_they_are()
    {
        using var f = new NodeFixture();
        Directory.Delete(f.Server.Root);
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), f.Server.Root);
        await f.ScanAsync();
        var types = f.Items(type: null).GroupBy(i => i.Type).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(
            (29, 4, 2, 5, 4),
            (types[ItemType.Message], types[ItemType.Contact], types[ItemType.ContactGroup],
             types[ItemType.Appointment] + types[ItemType.Task], types[ItemType.Document]));
        Assert.True(types[ItemType.Task] > 0 && types[ItemType.Appointment] > 0);
        Assert.Equal("Contacts/stations", f.Items(type: ItemType.Contact).Single(i => i.Subject == "Tower Station").Folder);
        Assert.Equal("Files/Verträge", f.Items(type: ItemType.Document).Single(i => i.Subject == "lease-3.txt").Folder);
        await f.AssertNothingChangedAsync();
    }

    private static LdifText Users(int first, int last)
    {
        var ldif = new LdifText();
        for (int i = first; i <= last; i++)
        {
            ldif.Account(i, $"user{i}@example.com");
        }

        return ldif;
    }

    private static NodeFixture With(LdifText ldif) => new(ldif.ToString());

    private static void Write(NodeFixture f, LdifText ldif) => File.WriteAllText(f.Ldif!, ldif.ToString());

    private static Account Account(NodeFixture f, string name) => f.Node.GetAccounts().Single(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    private static List<string?> Values(NodeFixture f, ProvisioningKind kind, string attribute, DateTimeOffset? at) =>
        [.. f.Node.GetProvisioning(kind, at).Select(e => e.Attributes.First(attribute))];

    private static List<string> Subscribed(NodeFixture f)
    {
        var subscribed = new List<string>();
        foreach (var folder in f.Items(type: ItemType.Folder))
        {
            using var json = new MemoryStream();
            f.Node.ExportTransactions(folder.Account, folder.Id, json);
            using var history = System.Text.Json.JsonDocument.Parse(json.ToArray());
            var last = history.RootElement.EnumerateArray().Last();
            if (last.GetProperty("attributes").TryGetProperty("subscribed", out _))
            {
                subscribed.Add(folder.Folder);
            }
        }

        return subscribed;
    }

    /// <summary>All that is not rebuildable.</summary>
    private static SortedDictionary<string, string> Truth(NodeFixture f) =>
        Copies.Snapshot(f.BackupPath, name => !name.StartsWith("state/", StringComparison.Ordinal));
}
