using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Tests.Servers;

/// <summary>Copies of one mail in one folder, which a Dovecot Maildir gives one GUID: only their UIDs tell them apart.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapCopiesTests
{
    private const string Alice = ImapFixture.Alice;

    private static readonly string[] Marks = ["One", "Two", "Three", "Four"];

    [DovecotFact]
    public async Task Each_keeps_its_own_history_when_one_of_them_goes()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        Fill(alice, "INBOX");
        await fixture.CompleteAsync(new ScanRequest());
        var ids = Ids(fixture);
        Assert.Equal(Marks.Order(StringComparer.Ordinal), ids.Keys);

        Expunge(alice, 1);
        Assert.Equal(1, (await fixture.CompleteAsync(new ScanRequest())).Deleted);
        Assert.Equal(ids.Where(i => i.Key != "One"), Ids(fixture));

        // A deep scan lists the folder whole; it must not number the others anew.
        var deep = await fixture.CompleteAsync(new ScanRequest { Deep = true });
        Assert.Equal((0L, 0L, 0L), (deep.Added, deep.Updated, deep.Deleted));
        Assert.All(ids.Where(i => i.Key != "One"), i => Assert.Single(fixture.Node.GetHistory(Alice, i.Value)));
        await fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });

        alice.Send("COPY 1 INBOX");
        alice.Send("STORE 4 FLAGS (Five)");
        var copied = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((1L, 0L, 0L, 0L), (copied.Added, copied.Updated, copied.Deleted, copied.BytesRead));

        // Lists the folder whole, and so compares with every key.
        Expunge(alice, 2);
        var lost = await fixture.Node.FindLostContentAsync(new BlobRestoreRequest(), t => Assert.Fail(t.Reason), default).ToListAsync();
        Assert.Equal([ids["Three"].Value], lost.Select(l => l.Id.Value));
        await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal(["Five", "Four", "Two"], Ids(fixture).Keys);
        Assert.Equal((ids["Two"], ids["Four"]), (Ids(fixture)["Two"], Ids(fixture)["Four"]));
        await fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
    }

    [DovecotFact]
    public async Task Another_uidvalidity_is_recorded_so_that_changes_are_told_again()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        Fill(alice, "Work");
        await fixture.CompleteAsync(new ScanRequest());
        var ids = Ids(fixture);
        var before = Keys(fixture);

        // As after the server's index was lost: the same mails, with the ids that the server gives them, under other UIDs.
        alice.Send("CREATE Anew");
        alice.Send("APPEND Anew {1+}\r\nx");
        alice.Send("COPY 1:4 Anew");
        alice.Send("SELECT Anew");
        Expunge(alice, 1);
        alice.Send("SELECT INBOX");
        alice.Send("DELETE Work");
        alice.Send("RENAME Anew Work");
        var anew = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (anew.Added, anew.Deleted, anew.BytesRead));
        Assert.Equal(ids, Ids(fixture));
        var after = Keys(fixture);
        Assert.Equal(4, after.Count);
        Assert.Empty(after.Intersect(before));
        await fixture.UnchangedAsync();

        alice.Send("SELECT Work");
        Expunge(alice, 3);
        await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal(ids.Where(i => i.Key != "Three"), Ids(fixture));
        await fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
    }

    [DovecotFact]
    public Task What_went_and_came_back_between_two_scans_is_the_same_item_under_its_new_uid() => ComesBackAsync(deep: false);

    /// <summary>Which compares contents, and they are the same.</summary>
    [DovecotFact]
    public Task A_deep_scan_sees_it_alike() => ComesBackAsync(deep: true);

    /// <summary>And one that was only copied stays where it is.</summary>
    [DovecotFact]
    public async Task Those_that_are_moved_together_stay_themselves()
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        Fill(alice, "INBOX");
        await fixture.CompleteAsync(new ScanRequest());
        var ids = Ids(fixture);
        alice.Send("MOVE 1:3 Work");
        alice.Send("COPY 1 Work");
        alice.Send("SELECT Work");
        alice.Send("STORE 4 FLAGS (Copy)");
        var report = await fixture.CompleteAsync(new ScanRequest());
        Assert.Equal((1L, 3L, 0L, 0L), (report.Added, report.Updated, report.Deleted, report.BytesRead));
        Assert.Equal(ids, Ids(fixture).Where(i => i.Key != "Copy"));
        Assert.Equal(["INBOX"], fixture.Items().Where(i => i.Tags.Contains("Four")).Select(i => i.Folder));
        await fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
    }

    private static async Task ComesBackAsync(bool deep)
    {
        using var fixture = new ImapFixture(Alice);
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Work");
        Fill(alice, "INBOX");
        await fixture.CompleteAsync(new ScanRequest());
        var (ids, keys) = (Ids(fixture), Keys(fixture));
        alice.Send("MOVE 2 Work");
        alice.Send("SELECT Work");
        alice.Send("MOVE 1 INBOX");
        var report = await fixture.CompleteAsync(new ScanRequest { Deep = deep });
        Assert.Equal((0L, 1L, 0L), (report.Added, report.Updated, report.Deleted));
        Assert.Equal(ids, Ids(fixture));
        Assert.Equal(3, Keys(fixture).Intersect(keys).Count());
        await fixture.CompleteAsync(new CheckRequest { CompareSource = true, ReadData = true });
        await fixture.UnchangedAsync();
    }

    private static void Fill(ImapSession session, string folder)
    {
        session.Append(folder, "", ImapFixture.Moment(1), ImapFixture.Mail(1));
        session.Send($"SELECT {folder}");
        for (int n = 1; n < Marks.Length; n++)
        {
            session.Send($"COPY 1 {folder}");
        }

        for (int n = 0; n < Marks.Length; n++)
        {
            session.Send($"STORE {n + 1} FLAGS ({Marks[n]})");
        }

        Assert.Single(session.Send("FETCH 1:* (X-GUID)").Select(l => l[l.IndexOf("X-GUID", StringComparison.Ordinal)..]).Distinct());
    }

    private static void Expunge(ImapSession session, int number)
    {
        session.Send($"STORE {number} +FLAGS (\\Deleted)");
        session.Send("EXPUNGE");
    }

    private static SortedDictionary<string, ItemId> Ids(ImapFixture fixture) =>
        new(fixture.Items().ToDictionary(i => Assert.Single(i.Tags), i => i.Id), StringComparer.Ordinal);

    private static List<string> Keys(ImapFixture fixture)
    {
        using var db = SqliteDatabase.Open(new BackupLayout(fixture["backup"]).Catalog, readOnly: true);
        using var select = db.Prepare($"SELECT key FROM state WHERE type = {(int)ItemType.Message} AND end = {Catalog.Open} AND deleted = 0 ORDER BY key");
        var keys = new List<string>();
        while (select.Step())
        {
            keys.Add(select.Text(0));
        }

        return keys;
    }
}
