using System.Text;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Searching;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Searching;

/// <summary>The index follows the journals, and is made anew from the store alone.</summary>
public class SearchIndexTests
{
    private const string Ann = "ann@example.com", Bob = "bob@example.com";

    private static async Task<NodeFixture> BeginAsync()
    {
        var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "Quarterly plan", body: "The budget of the harbour.\r\n");
        f.Server.Deliver(Ann, subject: "Lunch", body: "A plan for noon.\r\n");
        f.Server.Folder(Bob);
        f.Server.Deliver(Bob, subject: "Budget", body: "harbour budget\r\n", folder: ".Archive");
        await f.ScanAsync();
        return f;
    }

    private static async Task<OperationReport> IndexAsync(NodeFixture f, bool rebuild = false)
    {
        var operation = await f.RunAsync(new SearchIndexRequest { Rebuild = rebuild });
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    private static List<string> Subjects(NodeFixture f, SearchQuery query) => [.. f.Node.Search(query).Select(r => r.Item.Subject)];

    private static List<string> Subjects(NodeFixture f, string text, ItemSelection selection = ItemSelection.Living) =>
        Subjects(f, new SearchQuery { Text = text, Selection = selection });

    [Fact]
    public async Task Finds_by_every_condition_and_ranks_the_subject_first()
    {
        using var f = await BeginAsync();
        await IndexAsync(f);
        Assert.Equal(["Quarterly plan", "Lunch"], Subjects(f, "plan"));
        Assert.Equal(["Budget", "Quarterly plan"], Subjects(f, "budget"));
        Assert.Equal(["Quarterly plan"], Subjects(f, "budget plan"));
        Assert.Equal(["Lunch"], Subjects(f, "plan -budget"));
        Assert.Equal(["Quarterly plan"], Subjects(f, "quart*"));
        Assert.Equal(["Quarterly plan"], Subjects(f, "\"budget of the harbour\""));
        Assert.Empty(Subjects(f, "\"harbour of the budget\""));
        Assert.Equal(["Budget"], Subjects(f, new SearchQuery { Text = "budget", Accounts = [Bob] }));
        Assert.Equal(["Budget"], Subjects(f, new SearchQuery { Folder = "Archive", Type = ItemType.Message }));
        Assert.Equal(["Lunch"], Subjects(f, new SearchQuery { Body = "plan" }));
        Assert.Equal(3, Subjects(f, new SearchQuery { From = "ann@example.com" }).Count);
        Assert.Empty(Subjects(f, new SearchQuery { To = "ann@example.com" }));
        Assert.Empty(Subjects(f, new SearchQuery { LargerThan = 10_000 }));
        Assert.Equal(["Budget"], Subjects(f, new SearchQuery { After = DateTimeOffset.FromUnixTimeSeconds(1_700_000_003) }));
        Assert.Equal(["Lunch", "Quarterly plan"], Subjects(f, new SearchQuery { Before = DateTimeOffset.FromUnixTimeSeconds(1_700_000_003) }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Many_matches_are_ranked_a_part_at_a_time_and_none_is_left_out(int together)
    {
        using var f = new NodeFixture();
        foreach (string subject in new[] { "plan plan plan", "noise of a plan", "another noise beside the plan" })
        {
            // One a run: those of one run are numbered by the thread that is done with them first.
            f.Server.Deliver(Ann, subject: subject, body: "Text.\r\n");
            await f.ScanAsync();
            await IndexAsync(f);
        }

        string[] all = ["plan plan plan", "noise of a plan", "another noise beside the plan"];
        string[] expected = together switch
        {
            1 => [all[2], all[1], all[0]],
            2 => [all[1], all[2], all[0]],
            _ => all,
        };
        Assert.Equal(expected, Subjects(f, new SearchQuery { Text = "plan", RankedTogether = together }));
    }

    [Fact]
    public async Task Follows_what_comes_moves_and_goes()
    {
        using var f = await BeginAsync();
        await IndexAsync(f);
        string lunch = Directory.GetFiles(f.Server.Folder(Ann) + "/cur").Single(p => File.ReadAllText(p).Contains("Lunch", StringComparison.Ordinal));
        File.Move(lunch, Path.Combine(f.Server.Folder(Ann, ".Sent"), "cur", Path.GetFileName(lunch)));
        File.Delete(Directory.GetFiles(f.Server.Folder(Ann) + "/cur").Single());
        f.Server.Deliver(Ann, subject: "New plan");
        await f.ScanAsync();

        // Moves and deletions are known at once, from the catalog; what is new waits for the index, and that is said.
        var warnings = new List<string>();
        f.Node.Warn = warnings.Add;
        var found = f.Node.Search(new SearchQuery { Text = "plan" }).Select(r => r.Item).Single();
        Assert.Equal(("Lunch", "Sent"), (found.Subject, found.Folder));
        Assert.Contains(warnings, w => w.Contains("behind", StringComparison.Ordinal));

        var report = await IndexAsync(f);
        Assert.InRange(report.Added, 1, 10);
        warnings.Clear();
        Assert.Equal(["New plan", "Lunch"], Subjects(f, "plan"));
        Assert.Empty(warnings);
        var deleted = f.Node.Search(new SearchQuery { Text = "plan", Selection = ItemSelection.Deleted }).Single().Item;
        Assert.Equal(("Quarterly plan", true), (deleted.Subject, deleted.Deleted));
        Assert.Equal(3, Subjects(f, "plan", ItemSelection.All).Count);

        Assert.Equal(0, (await IndexAsync(f)).Added);
    }

    [Fact]
    public async Task A_past_content_is_found_with_all()
    {
        using var f = await BeginAsync();
        string contacts = Path.Combine(f.Server.Root, "example.com", "ann", "Contacts", "personal");
        Directory.CreateDirectory(contacts);
        string card = Path.Combine(contacts, "carla.vcf");
        File.WriteAllText(card, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Carla Nunez\r\nNOTE:likes rowing\r\nEND:VCARD\r\n");
        File.SetLastWriteTimeUtc(card, DateTime.UtcNow.AddDays(-2));
        await f.ScanAsync();
        File.WriteAllText(card, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Carla Nunez\r\nNOTE:likes sailing\r\nEND:VCARD\r\n");
        await f.ScanAsync();
        await IndexAsync(f);
        Assert.Empty(Subjects(f, "rowing"));
        Assert.Equal(["Carla Nunez"], Subjects(f, "sailing"));
        var past = f.Node.Search(new SearchQuery { Text = "rowing", Selection = ItemSelection.All }).Single().Item;
        Assert.NotNull(past.End);
        Assert.Contains("rowing", Encoding.UTF8.GetString(f.Content(past, past.Start)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_of_a_mail_are_one_document()
    {
        using var f = new NodeFixture();
        string body = string.Concat(Enumerable.Repeat("the same words for everybody\r\n", 100));
        foreach (string to in new[] { Ann, Bob, "carla@example.org" })
        {
            f.Server.Deliver(to, content: Encoding.UTF8.GetBytes($"Delivered-To: {to}\r\nReceived: for {to}\r\nSubject: To all\r\nTo: all@example.com\r\n\r\n{body}"));
            f.Server.Deliver(to, content: Encoding.UTF8.GetBytes($"Delivered-To: {to}\r\nSubject: Short to all\r\n\r\nshort\r\n"));
        }

        await f.ScanAsync();
        await IndexAsync(f);
        using var db = SearchIndex.OpenExisting(f.Layout)!;

        // Not the last number: of two threads that meet one content, one gives its number up.
        Assert.Equal(2, db.Scalar("SELECT count(*) FROM words_docsize"));
        Assert.Equal(2, db.Scalar("SELECT count(DISTINCT document) FROM entry"));
        Assert.Equal(6, db.Scalar("SELECT count(*) FROM entry"));
        Assert.Equal(3, Subjects(f, "everybody").Count);
        Assert.Equal(3, Subjects(f, "subject:short").Count);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("torn")]
    [InlineData("garbage")]
    [InlineData("copied")]
    public async Task Is_made_anew_from_the_store_alone(string fate)
    {
        using var f = await BeginAsync();
        await IndexAsync(f);
        string path = f.Layout.SearchIndex;
        switch (fate)
        {
            case "deleted":
                SearchIndex.Delete(f.Layout);
                File.Delete(f.Layout.Catalog);
                break;
            case "torn":
                using (var file = File.OpenWrite(path))
                {
                    file.SetLength(file.Length / 3);
                }

                break;
            case "garbage":
                File.WriteAllBytes(path, Enumerable.Repeat((byte)7, 50_000).ToArray());
                break;
            default:
                File.Copy(path, path + ".copy");
                File.Move(path + ".copy", path, overwrite: true);
                break;
        }

        string? error = null;
        try
        {
            _ = Subjects(f, "plan");
        }
        catch (MailBackupException e)
        {
            error = e.ErrorId;
        }

        Assert.True(error is ErrorIds.SearchIndexMissing or ErrorIds.SearchIndexDamaged, error ?? "no error");
        await IndexAsync(f);
        Assert.Equal(["Quarterly plan", "Lunch"], Subjects(f, "plan"));
        await IndexAsync(f, rebuild: true);
        Assert.Equal(["Quarterly plan", "Lunch"], Subjects(f, "plan"));
        await f.AssertCoherentAsync();
    }

    [Fact]
    public async Task Switched_off_it_goes_and_says_so()
    {
        using var f = await BeginAsync();
        await IndexAsync(f);
        f.Node.UpdateConfiguration(c => c with { SearchIndex = false });
        Assert.False(File.Exists(f.Layout.SearchIndex));
        f.Reopen();
        Assert.Equal(ErrorIds.SearchIndexOff, Assert.Throws<MailBackupException>(() => Subjects(f, "plan")).ErrorId);
        var scan = await f.RunAsync(new ScanRequest { Deep = true });
        Assert.Null(f.Node.SubmitFollowUp(scan));
        Assert.Equal(ErrorIds.SearchIndexOff, (await f.RunAsync(new SearchIndexRequest())).ErrorId);
    }

    [Fact]
    public async Task A_scan_is_followed_by_indexing_when_there_is_something_to_index()
    {
        using var f = await BeginAsync();
        Assert.Equal(ErrorIds.SearchIndexMissing, Assert.Throws<MailBackupException>(() => Subjects(f, "plan")).ErrorId);

        // Nothing has changed, but there is no index yet.
        var next = f.Node.SubmitFollowUp(await f.RunAsync(new ScanRequest()));
        Assert.Equal(OperationKind.SearchIndex, next?.Kind);
        Assert.Equal(OperationState.Completed, (await f.Node.RunAsync(next!, null, CancellationToken.None)).State);
        Assert.Equal(2, Subjects(f, "plan").Count);
        Assert.Null(f.Node.SubmitFollowUp(await f.RunAsync(new ScanRequest())));
        f.Server.Deliver(Ann, subject: "Another plan");
        Assert.NotNull(f.Node.SubmitFollowUp(await f.RunAsync(new ScanRequest())));
    }

    [Fact]
    public async Task An_account_that_is_gone_from_the_backup_is_forgotten_and_an_older_journal_is_read_anew()
    {
        using var f = await BeginAsync();
        await IndexAsync(f);
        var bob = f.Node.GetAccounts().Single(a => a.Name == Bob).Id;
        string ann = f.Layout.ItemJournal(f.Node.GetAccounts().Single(a => a.Name == Ann).Id).Segment(1);
        byte[] older = File.ReadAllBytes(ann);
        f.Server.Deliver(Ann, subject: "Later plan");
        await f.ScanAsync();
        await IndexAsync(f);
        Assert.Equal(3, Subjects(f, "plan").Count);

        f.Reopen();
        Directory.Delete(f.Layout.Account(bob), recursive: true);
        File.WriteAllBytes(ann, older);
        File.Delete(f.Layout.AccountStat(f.Node.GetAccounts().Single().Id));
        await IndexAsync(f);
        Assert.Equal(2, Subjects(f, "plan").Count);
        Assert.Equal(["Quarterly plan"], Subjects(f, "budget"));
        using var db = SearchIndex.OpenExisting(f.Layout)!;
        Assert.Equal(1, db.Scalar("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task Lost_content_costs_the_words_of_that_content_only()
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann, subject: "Broken", body: string.Concat(Enumerable.Repeat("lost words\r\n", 200)));
        await f.ScanAsync();
        string bundle = f.Layout.Bundle(f.Layout.ListBundles()[0]);
        byte[] bytes = File.ReadAllBytes(bundle);
        bytes.AsSpan(bytes.Length - 30, 20).Fill(0xAA);
        File.WriteAllBytes(bundle, bytes);
        f.Server.Deliver(Ann, subject: "Whole", body: "kept words\r\n");
        await f.ScanAsync();
        var operation = await f.RunAsync(new SearchIndexRequest());
        Assert.Equal(OperationState.CompletedWithErrors, operation.State);
        Assert.Equal(1, operation.Report!.Errors);
        Assert.Equal(["Broken"], Subjects(f, "subject:broken"));
        Assert.Equal(["Whole"], Subjects(f, "kept"));
    }

    [Fact]
    public async Task Stopped_it_keeps_what_it_had_and_goes_on_later()
    {
        using var f = await BeginAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var stopped = await f.RunAsync(new SearchIndexRequest(), stop.Token);
        Assert.Equal(OperationState.Stopped, stopped.State);
        await IndexAsync(f);
        Assert.Equal(2, Subjects(f, "plan").Count);
    }
}
