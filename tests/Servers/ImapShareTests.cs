using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Shares on a real Dovecot with access lists: what is found, what a repair points elsewhere, what a restore gives back.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapShareTests
{
    private const string Gone = "robert@old.example.net";

    [DovecotFact]
    public async Task Shares_with_nobody_and_subscriptions_to_nothing_are_found_and_mended_by_the_map()
    {
        using var fixture = Shared();
        using var alice = fixture.Server.Login(Alice);
        alice.Send($"SETACL Projects {Bob} lr");
        alice.Send($"SETACL Projects {Gone} lrws");
        alice.Send("SETACL Projects anyone l");
        alice.Send("CREATE \"B&APw-cher\"");
        alice.Send("SETACL \"B&APw-cher\" nobody@else.example lrs");
        alice.Send($"SETACL Work {Bob} lrs");
        using (var robert = fixture.Server.Login(Gone))
        {
            robert.Send("CREATE Work");
            robert.Send($"SETACL Work {Bob} lr");
            robert.Send("CREATE Other");
            robert.Send($"SETACL Other {Bob} lr");
        }

        using var bob = fixture.Server.Login(Bob);
        bob.Send($"SUBSCRIBE \"shared/{Alice}/Projects\"");
        bob.Send($"SUBSCRIBE \"shared/{Gone}/Work\"");
        using (var robert = fixture.Server.Login(Gone))
        {
            // Dovecot shows the subscription as long as Robert shares anything with Bob.
            robert.Send("DELETE Work");
        }


        var shares = await fixture.Node.GetSharesAsync([], t => Assert.Fail(t.Reason), default);
        Assert.Equal(7, shares.Count);
        Assert.Equal(
            [
                $"{Alice} Bücher nobody@else.example lrs UnknownGrantee", $"{Alice} Projects {Gone} lrsw UnknownGrantee", $"{Bob}  shared/{Gone}/Work  NothingThere",
            ],
            shares.Where(s => s.State != ShareState.Valid).Select(s => $"{s.Account} {s.Folder} {s.Target} {Sorted(s.Rights)} {s.State}").Order(StringComparer.Ordinal));

        // Robert is Bob here as a grantee; the folder that he shared is Alice's now.
        var plan = await fixture.Node.PlanShareRepairAsync(new ShareRepairRequest { IdMap = Map(fixture, $"# names\n{Gone} => {Bob}\n"), Accounts = [Alice] }, _ => { }, default);
        Assert.Equal([null, Bob], plan.Select(p => p.To).Order(StringComparer.Ordinal));
        Assert.Contains(alice.Send("GETACL Projects"), l => l.Contains(Gone, StringComparison.Ordinal));

        var repaired = await fixture.RunAsync(new ShareRepairRequest { IdMap = Map(fixture, $"{Gone},{Bob}\n"), Accounts = [Alice] });
        Assert.Equal((OperationState.CompletedWithErrors, 1L, 1L), (repaired.State, repaired.Report!.Repaired, repaired.Report.Errors));
        Assert.Contains("nobody@else.example", Assert.Single(repaired.Report.Troubles).Reason, StringComparison.Ordinal);
        string list = Assert.Single(alice.Send("GETACL Projects"), l => l.Contains("ACL", StringComparison.Ordinal));
        Assert.DoesNotContain(Gone, list, StringComparison.Ordinal);
        Assert.Contains(Bob, list, StringComparison.Ordinal);
        Assert.Equal("lrsw", Sorted((await fixture.Node.GetSharesAsync([Alice], _ => { }, default)).Single(s => s.Folder == "Projects" && s.Target == Bob).Rights));

        var moved = await fixture.CompleteAsync(new ShareRepairRequest { IdMap = Map(fixture, $"{Gone}\t{Alice}\n"), Accounts = [Bob] });
        Assert.Equal(1, moved.Repaired);
        Assert.Equal([$"shared/{Alice}/Projects", $"shared/{Alice}/Work"], bob.Subscriptions().Where(s => s.StartsWith("shared/", StringComparison.Ordinal)));
        Assert.Equal(0, (await fixture.CompleteAsync(new ShareRepairRequest { IdMap = Map(fixture, $"{Gone} {Alice}\n"), Accounts = [Bob] })).Repaired);
    }

    [DovecotFact]
    public async Task A_map_that_is_none_and_a_source_without_lists_are_clear_errors()
    {
        using var fixture = new ImapFixture(Alice);
        var wrong = await fixture.RunAsync(new ShareRepairRequest { IdMap = Map(fixture, "one two three\n") });
        Assert.Equal((ErrorIds.IdMapInvalid, true), (wrong.ErrorId, wrong.Error!.Contains("line 1", StringComparison.Ordinal)));
        Assert.Equal(ErrorIds.IdMapInvalid, (await fixture.RunAsync(new ShareRepairRequest { IdMap = fixture["nothing"] })).ErrorId);
        var none = await Assert.ThrowsAsync<MailBackupException>(() => fixture.Node.GetSharesAsync([], _ => { }, default));
        Assert.Equal(ErrorIds.SharesUnsupported, none.ErrorId);

        Directory.CreateDirectory(fixture["tree"]);
        using var maildir = BackupNode.Initialize(
            fixture["backup2"], new NodeConfiguration { Source = new() { Maildir = fixture["tree"] } }, new NodeOptions { Home = fixture["home2"] });
        none = await Assert.ThrowsAsync<MailBackupException>(() => maildir.GetSharesAsync([], _ => { }, default));
        Assert.Equal((ErrorIds.SharesUnsupported, true), (none.ErrorId, none.Message.Contains("not supported by this source", StringComparison.Ordinal)));
    }

    [DovecotFact]
    public async Task A_folder_that_a_restore_makes_is_shared_again_and_what_the_server_refuses_is_said()
    {
        using var fixture = Shared();
        await using var source = fixture.Node.OpenSource();
        var folder = new RestoreFolder("New/Folder", FolderKind.Mail, null, new Dictionary<string, string>
        {
            [SourceFolder.AccessList] = $"{Bob} lrs\nanyone l\n{Gone} %%",
            [SourceFolder.Annotation + "/private/comment"] = "Für später: \"so\"\r\nund so",
        });
        Assert.True(await source.RestoreTarget!.EnsureFolderAsync(Alice, folder, default));
        var lost = await source.RestoreTarget.RestoreDetailsAsync(Alice, folder, default);
        var shares = await source.Sharing!.ListAsync(Alice, default);
        Assert.Equal([$"{Bob} lrs", "anyone l"], shares["New/Folder"].Select(s => $"{s.Grantee} {Sorted(s.Rights)}").OrderByDescending(s => s.Length));
        Assert.Contains(Gone, Assert.Single(lost), StringComparison.Ordinal);
        using var alice = fixture.Server.Login(Alice);
        Assert.Contains(alice.Send("GETMETADATA New/Folder /private/comment"), l => l.Contains(
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("Für später: \"so\"\r\nund so"u8)), StringComparison.Ordinal));
    }

    [DovecotFact]
    public async Task The_shares_of_a_lost_folder_are_back_after_its_restore_and_a_share_that_was_taken_away_is_not()
    {
        using var fixture = Shared();
        using var alice = fixture.Server.Login(Alice);
        alice.Send($"SETACL Projects {Bob} lrws");
        alice.Send("SETACL Projects anyone l");
        alice.Send("CREATE Projects/B&APw-cher");
        alice.Send($"SETACL Projects/B&APw-cher {Bob} lr");
        alice.Send("SETMETADATA Projects (/private/comment \"for Bob\")");
        alice.Send($"SETACL Work {Bob} lr");
        alice.Append("Projects", "\\Seen", Moment(1), Mail(1));
        alice.Append("Projects/B&APw-cher", "\\Flagged", Moment(2), Mail(2));
        alice.Append("Work", "", Moment(3), Mail(3));
        string[] folders = ["Projects", "Projects/B&APw-cher"];
        var before = folders.Select(f => string.Join('|', alice.Send($"GETACL {f}"))).ToList();
        string comment = Assert.Single(alice.Send("GETMETADATA Projects /private/comment"));
        await fixture.CompleteAsync(new ScanRequest());
        var moment = DateTimeOffset.UtcNow;

        // Bob's share of Work is taken away; the folders that are lost had theirs until then.
        alice.Send($"DELETEACL Work {Bob}");
        string work = string.Join('|', alice.Send("GETACL Work"));
        Array.ForEach(["Projects/B&APw-cher", "Projects"], f => alice.Send($"DELETE {f}"));
        await fixture.CompleteAsync(new ScanRequest());
        var lost = fixture.Items(ItemSelection.Deleted).Select(i => i.Subject).ToList();
        Assert.Equal(["Mail 0001", "Mail 0002"], lost);

        var restored = await fixture.CompleteAsync(new RestoreRequest { Account = Alice, At = moment });
        Assert.Equal((4L, 0L, 0), (restored.Restored, restored.Unrestored, restored.Warnings.Count));
        Assert.Equal(before, folders.Select(f => string.Join('|', alice.Send($"GETACL {f}"))));
        Assert.Equal(comment, Assert.Single(alice.Send("GETMETADATA Projects /private/comment")));
        Assert.Equal(work, string.Join('|', alice.Send("GETACL Work")));
        using var bob = fixture.Server.Login(Bob);
        Assert.Single(bob.Mails($"shared/{Alice}/Projects"));
        Assert.Single(bob.Mails($"shared/{Alice}/Projects/B&APw-cher"));
        await fixture.CompleteAsync(new ScanRequest());
        await fixture.UnchangedAsync();
    }

    [DovecotFact]
    public async Task A_connection_lost_while_a_folder_is_made_costs_neither_its_shares_nor_its_subscription()
    {
        using var fixture = Shared();
        using var alice = fixture.Server.Login(Alice);
        alice.Send($"SETACL Projects {Bob} lr");
        alice.Send("SUBSCRIBE Projects");
        string shares = string.Join('|', alice.Send("GETACL Projects"));
        await fixture.CompleteAsync(new ScanRequest());
        var moment = DateTimeOffset.UtcNow;
        alice.Send("UNSUBSCRIBE Projects");
        alice.Send("DELETE Projects");
        await fixture.CompleteAsync(new ScanRequest());

        // The server makes the folder; its answer gets lost.
        using var proxy = new FaultProxy(fixture.Server.Port);
        int made = 0, lost = 0;
        proxy.OnClient = piece => made += piece.Span.IndexOf(" CREATE "u8) >= 0 ? 1 : 0;
        proxy.OnServer = (_, _, _) => made == 0 || Interlocked.Exchange(ref lost, 1) == 1;
        fixture.Node.UpdateConfiguration(c => c with { Source = c.Source with { Imap = $"imap://127.0.0.1:{proxy.Port}" } });
        var restored = await fixture.CompleteAsync(new RestoreRequest { Account = Alice, At = moment });
        Assert.Equal((1L, 1, 1), (restored.Restored, made, lost));
        Assert.Equal(shares, string.Join('|', alice.Send("GETACL Projects")));
        Assert.Contains("Projects", alice.Subscriptions());
    }

    /// <summary>Alice with two folders, on a server where folders can be shared.</summary>
    private static ImapFixture Shared()
    {
        var fixture = new ImapFixture();
        fixture.Server.Stop();
        fixture.Server.Sharing = true;
        fixture.Server.Start();
        fixture.Follow();
        using var alice = fixture.Server.Login(Alice);
        alice.Send("CREATE Projects");
        alice.Send("CREATE Work");
        return fixture;
    }

    private static string Map(ImapFixture fixture, string text)
    {
        File.WriteAllText(fixture["names"], text);
        return fixture["names"];
    }

    private static string Sorted(string? rights) => string.Concat((rights ?? "").Order());
}
