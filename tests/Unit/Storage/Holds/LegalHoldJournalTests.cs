using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage.Holds;

public sealed class LegalHoldJournalTests : IDisposable
{
    private static readonly Guid Alice = Guid.Parse("11111111-1111-4111-8111-111111111111");
    private static readonly Guid Bob = Guid.Parse("22222222-2222-4222-8222-222222222222");

    private readonly TempFolder _temp = new();
    private readonly BackupLayout _layout;

    public LegalHoldJournalTests() => _layout = new BackupLayout(_temp.Path);

    private string File => _layout.LegalHold.Segment(1);

    [Fact]
    public void Without_a_journal_nobody_is_held()
    {
        Assert.Empty(LegalHolds.Load(_layout).All);
        Assert.False(LegalHolds.Load(_layout).IsHeld(Alice));
    }

    [Fact]
    public void A_hold_says_who_when_and_why_and_ends_when_it_is_lifted()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        Place(Alice, "alice@example.com", "Case 4711");

        var hold = Assert.Single(LegalHolds.Load(_layout).All);
        Assert.Equal((Alice, "alice@example.com", "Case 4711", false), (hold.AccountId, hold.Account, hold.Reason, hold.Automatic));
        Assert.Contains(Environment.UserName + "@" + Environment.MachineName, hold.By, StringComparison.Ordinal);
        Assert.InRange(hold.Since, before, DateTimeOffset.UtcNow);
        Assert.False(LegalHolds.Load(_layout).IsHeld(Bob));

        Change(j => Assert.True(j.Lift(Alice, "alice@example.com", "Case closed")));
        Assert.False(LegalHolds.Load(_layout).IsHeld(Alice));
        Assert.Equal([(true, "Case 4711"), (false, "Case closed")], LegalHolds.ReadChanges(_layout).Select(c => (c.Held, c.Reason)));
    }

    [Fact]
    public void Repeating_changes_nothing_but_a_new_reason_is_written_and_the_date_stays()
    {
        Place(Alice, "alice@example.com", "Case 1");
        var since = LegalHolds.Load(_layout).All[0].Since;
        long length = new FileInfo(File).Length;

        Change(j => Assert.False(j.Place(Alice, "alice@example.com", "", automatic: false)));
        Change(j => Assert.False(j.Place(Alice, "alice@example.com", "Case 1", automatic: false)));
        Change(j => Assert.False(j.Lift(Bob, "bob@example.com", "")));
        Assert.Equal(length, new FileInfo(File).Length);

        Change(j => Assert.True(j.Place(Alice, "alice@example.com", "Case 2", automatic: false)));
        var hold = Assert.Single(LegalHolds.Load(_layout).All);
        Assert.Equal(("Case 2", since), (hold.Reason, hold.Since));
    }

    [Fact]
    public void An_automatic_hold_stands_beside_one_by_hand_and_lifting_ends_both()
    {
        Place(Alice, "alice@example.com", "Case 1");
        Change(j => Assert.True(j.Place(Alice, "alice@example.com", "900 of 1,000 items deleted in one scan", automatic: true)));
        Change(j => Assert.False(j.Place(Alice, "alice@example.com", "another scan", automatic: true)));

        Assert.Equal([(false, "Case 1"), (true, "900 of 1,000 items deleted in one scan")], LegalHolds.Load(_layout).Of(Alice).Select(h => (h.Automatic, h.Reason)));
        Change(j => Assert.True(j.Lift(Alice, "alice@example.com", "")));
        Assert.False(LegalHolds.Load(_layout).IsHeld(Alice));
    }

    [Fact]
    public void Without_a_commit_nothing_is_changed()
    {
        using (var journal = LegalHoldJournal.Open(_layout))
        {
            journal.Place(Alice, "alice@example.com", "", automatic: false);
        }

        Assert.Empty(LegalHolds.Load(_layout).All);
    }

    [Fact]
    public void What_a_crash_left_of_a_change_that_nobody_was_told_of_is_passed_over_and_cut()
    {
        Place(Alice, "alice@example.com", "Case 1");
        byte[] whole = System.IO.File.ReadAllBytes(File);
        byte[] head = System.IO.File.ReadAllBytes(_layout.LegalHoldHead);
        Place(Bob, "bob@example.com", "Case 2");
        byte[] both = System.IO.File.ReadAllBytes(File);
        System.IO.File.WriteAllBytes(_layout.LegalHoldHead, head);

        for (int length = whole.Length; length < both.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, both[..length]);
            Assert.Equal([Alice], LegalHolds.Load(_layout).All.Select(h => h.AccountId));
        }

        Place(Bob, "bob@example.com", "Case 2");
        Assert.Equal([Alice, Bob], LegalHolds.Load(_layout).All.Select(h => h.AccountId));
    }

    [Fact]
    public void A_changed_byte_anywhere_is_an_error_and_never_a_hold_less()
    {
        Place(Alice, "alice@example.com", "Case 1");
        Place(Bob, "bob@example.com", "Case 2");
        byte[] intact = System.IO.File.ReadAllBytes(File);

        // With what tells where it ended, and as an earlier version left it, without.
        for (int i = 0; i < intact.Length * 2; i++)
        {
            if (i == intact.Length)
            {
                System.IO.File.Delete(_layout.LegalHoldHead);
            }

            byte[] damaged = [.. intact];
            damaged[i % intact.Length] ^= 1;
            System.IO.File.WriteAllBytes(File, damaged);
            var e = Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout));
            Assert.Equal(ErrorIds.LegalHoldDamaged, e.ErrorId);
            Assert.Throws<MailBackupException>(() => LegalHoldJournal.Open(_layout).Dispose());
            Assert.Equal(damaged, System.IO.File.ReadAllBytes(File));
        }
    }

    [Fact]
    public void A_removed_line_and_a_line_that_says_nothing_are_errors()
    {
        Place(Alice, "alice@example.com", "Case 1");
        Place(Bob, "bob@example.com", "Case 2");
        string[] lines = System.IO.File.ReadAllLines(File);
        System.IO.File.WriteAllText(File, lines[0] + "\n" + lines[2] + "\n");
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout)).ErrorId);

        System.IO.File.Delete(File);
        System.IO.File.Delete(_layout.LegalHoldHead);
        var writer = JournalWriter.Open(_layout.LegalHold, null, _temp["cut"]);
        writer.Append("{\"tx\":1,\"start\":\"2026-01-01T00:00:00Z\",\"name\":\"alice@example.com\",\"hold\":true"u8);
        writer.Save();
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout)).ErrorId);
    }

    [Fact]
    public void A_journal_that_was_cut_or_is_gone_is_an_error_and_never_a_hold_less()
    {
        Place(Alice, "alice@example.com", "Case 1");
        byte[] first = System.IO.File.ReadAllBytes(File);
        Place(Bob, "bob@example.com", "Case 2");
        byte[] both = System.IO.File.ReadAllBytes(File);

        System.IO.File.WriteAllBytes(File, first);
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout)).ErrorId);
        System.IO.File.Delete(File);
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout)).ErrorId);
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHoldJournal.Open(_layout).Dispose()).ErrorId);
        System.IO.File.WriteAllBytes(File, both);
        Assert.Equal(2, LegalHolds.Load(_layout).All.Count);
        System.IO.File.WriteAllText(_layout.LegalHoldHead, "{");
        Assert.Equal(ErrorIds.LegalHoldDamaged, Assert.Throws<MailBackupException>(() => LegalHolds.Load(_layout)).ErrorId);
    }

    [Fact]
    public void While_a_purge_looks_nobody_changes_holds()
    {
        using (LegalHoldJournal.Open(_layout))
        {
            var e = Assert.Throws<MailBackupException>(() => LegalHoldJournal.Open(_layout, TimeSpan.FromMilliseconds(50)));
            Assert.Equal(ErrorIds.BackupPathBusy, e.ErrorId);
        }

        Place(Alice, "alice@example.com", "");
    }

    [Fact]
    public async Task Many_at_once_lose_no_hold()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                Place(Guid.NewGuid(), $"user{n}-{i}@example.com", "Case");
            }
        })));
        Assert.Equal(80, LegalHolds.Load(_layout).All.Count);
    }

    public void Dispose() => _temp.Dispose();

    private void Place(Guid account, string name, string reason) =>
        Change(j => Assert.True(j.Place(account, name, reason, automatic: false)));

    private void Change(Action<LegalHoldJournal> change)
    {
        using var journal = LegalHoldJournal.Open(_layout);
        change(journal);
        journal.Commit();
    }
}
