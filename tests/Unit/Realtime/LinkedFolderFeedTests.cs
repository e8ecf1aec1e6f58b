using System.Collections.Concurrent;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>Symbolic links in mailboxes: what is behind them is told to whoever has it as a folder, and a link of one user costs nobody else anything.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LinkedFolderFeedTests : IDisposable, IChangeSink
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private readonly NodeFixture _node = new();
    private readonly ConcurrentQueue<string> _heard = [];
    private string _reason = "";

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_change_is_told_of_the_folder_under_every_name_and_to_every_account()
    {
        string ann = _node.Server.Folder(Ann);
        string sent = _node.Server.Folder(Ann, ".Sent");
        Link(Path.Combine(ann, ".Loop"), ".");
        Link(Path.Combine(ann, ".Sent Messages"), ".Sent");
        Link(Path.Combine(ann, ".Archive"), ".Sent");
        Link(Path.Combine(_node.Server.Folder(Bob), ".Of Ann"), sent);
        await FollowAsync(async _ =>
        {
            string mail = _node.Server.Deliver(Ann);
            string key = "cur/" + Path.GetFileName(mail);
            await HeardAsync($"{Ann} . {key}", $"{Ann} .Loop {key}");
            _heard.Clear();

            // New flags are no move, whatever else the folder is.
            File.Move(mail, mail + "T");
            await HeardAsync($"{Ann} . {key}T", $"{Ann} .Loop {key}T");
            _heard.Clear();
            File.Move(mail + "T", Path.Combine(sent, "cur", Path.GetFileName(mail)));
            await HeardAsync(
                $"{Ann} . *", $"{Ann} .Loop *",
                $"{Ann} .Sent {key}", $"{Ann} .Sent Messages {key}", $"{Ann} .Archive {key}", $"{Bob} .Of Ann {key}");

            // A new folder is still the inbox's.
            _heard.Clear();
            _node.Server.Folder(Ann, ".New");
            await HeardAsync($"{Ann} account");
            _heard.Clear();
            key = "cur/" + Path.GetFileName(_node.Server.Deliver(Ann, ".New"));
            await HeardAsync($"{Ann} .New {key}");
        });
    }

    [Fact]
    public async Task Realtime_saves_behind_links_under_the_name_that_the_listing_gives()
    {
        string ann = _node.Server.Folder(Ann);
        _node.Server.Folder(Ann, ".Sent");
        Link(Path.Combine(ann, ".Loop"), ".");
        Link(Path.Combine(ann, ".Archive"), ".Sent");

        // An account that has nothing yet is listed whole, whatever was named.
        _node.Server.Deliver(Ann, subject: "Before");
        _node.Server.Settle();
        await _node.ScanAsync();
        await using var run = await RealtimeRun.StartAsync(_node);
        _node.Server.Deliver(Ann, subject: "To the inbox");
        _node.Server.Deliver(Ann, ".Sent", subject: "To the folder");
        await run.UntilAsync(() => _node.Items().Count == 3, TimeSpan.FromSeconds(60));
        Assert.Equal([("Archive", "To the folder"), ("INBOX", "Before"), ("INBOX", "To the inbox")], _node.Items().Select(i => (i.Folder, i.Subject)).Order());
    }

    [Fact]
    public async Task A_folder_that_was_renamed_is_told_under_its_new_name_only()
    {
        string ann = _node.Server.Folder(Ann);
        _node.Server.Folder(Ann, ".Before");
        await FollowAsync(async _ =>
        {
            Directory.Move(Path.Combine(ann, ".Before"), Path.Combine(ann, ".After"));
            await HeardAsync($"{Ann} account");
            _heard.Clear();
            string key = "cur/" + Path.GetFileName(_node.Server.Deliver(Ann, ".After"));
            await HeardAsync($"{Ann} .After {key}");
        });
    }

    [Fact]
    public async Task Links_among_documents_are_not_followed()
    {
        string files = Path.Combine(Path.GetDirectoryName(_node.Server.Folder(Ann))!, "Files");
        string plans = Path.Combine(files, "plans");
        Directory.CreateDirectory(plans);
        Link(Path.Combine(files, "x"), ".");
        Link(Path.Combine(files, "root"), "/");
        Link(Path.Combine(plans, "up"), "..");
        await FollowAsync(async feed =>
        {
            // The root, the domain, the user's, the inbox with cur and new, two of documents.
            Assert.Equal(8, feed.Watches);
            File.WriteAllText(Path.Combine(plans, "a.txt"), "x");
            await HeardAsync($"{Ann} Files/plans *");
            Directory.CreateDirectory(Path.Combine(plans, "deeper"));
            await HeardAsync($"{Ann} Files/plans *", $"{Ann} account");
            _heard.Clear();
            File.WriteAllText(Path.Combine(plans, "deeper", "b.txt"), "x");
            await HeardAsync($"{Ann} Files/plans/deeper *");
        });
    }

    [Fact]
    public async Task What_cannot_be_watched_of_one_account_costs_that_account()
    {
        _node.Server.Folder(Ann);
        string bad = Path.Combine(_node.Server.Folder(Bob), ".Bad");
        Directory.CreateDirectory(bad);
        Link(Path.Combine(bad, "cur"), "cur");
        await FollowAsync(async _ =>
        {
            await HeardAsync($"{Bob} unwatched");
            Assert.Contains(Path.Combine(bad, "cur"), _reason, StringComparison.Ordinal);
            _heard.Clear();
            string key = "cur/" + Path.GetFileName(_node.Server.Deliver(Ann));
            await HeardAsync($"{Ann} . {key}");
        });
    }

    void IChangeSink.Following() => _heard.Enqueue("following");

    void IChangeSink.FolderChanged(string account, FolderKind kind, string key, string? item) => _heard.Enqueue($"{account} {key} {item ?? "*"}");

    void IChangeSink.AccountChanged(string account) => _heard.Enqueue($"{account} account");

    void IChangeSink.Lost(string reason) => _heard.Enqueue("lost");

    void IChangeSink.Unwatched(IReadOnlyCollection<string> accounts, string reason)
    {
        _reason = reason;
        foreach (string account in accounts)
        {
            _heard.Enqueue($"{account} unwatched");
        }
    }

    private static void Link(string path, string target) => Directory.CreateSymbolicLink(path, target);

    private async Task FollowAsync(Func<IChangeFeed, Task> test)
    {
        await using var source = _node.Node.OpenSource();
        await using var feed = source.OpenChanges()!;
        using var stop = new CancellationTokenSource();
        var running = feed.RunAsync(this, stop.Token);
        try
        {
            for (int i = 0; i < 400 && !running.IsCompleted && !_heard.Contains("following"); i++)
            {
                await Task.Delay(50);
            }

            Assert.False(running.IsCompleted, running.Exception?.InnerException?.Message);
            if (_heard.All(h => h == "following"))
            {
                _heard.Clear();
            }

            await test(feed);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    /// <summary>All that has been heard, in any order, and not a thing more; one said twice counts once.</summary>
    private async Task HeardAsync(params string[] expected)
    {
        for (int i = 0; i < 200 && !expected.All(_heard.Contains); i++)
        {
            await Task.Delay(50);
        }

        // What must not come would come by then.
        await Task.Delay(300);
        Assert.Equal(expected.Order(StringComparer.Ordinal), _heard.Where(h => h != "following").Distinct().Order(StringComparer.Ordinal));
    }
}
