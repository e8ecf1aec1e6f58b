using System.Collections.Concurrent;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Realtime;

/// <summary>What the kernel's events become: named items where that is safe, else folders.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MaildirChangeFeedTests : IAsyncLifetime, IDisposable, IChangeSink
{
    private const string Alice = "alice@example.com";

    private readonly NodeFixture _node = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _following = new();
    private readonly ConcurrentQueue<string> _heard = [];
    private IMailSource _source = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _node.Server.Folder(Alice);
        _node.Server.Folder(Alice, ".Archive");
        _source = _node.Node.OpenSource();
        var feed = _source.OpenChanges()!;
        _running = RunAsync();
        await _following.Task.WaitAsync(TimeSpan.FromSeconds(20));

        async Task RunAsync()
        {
            await using (feed)
            {
                await feed.RunAsync(this, _stop.Token);
            }
        }
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _source.DisposeAsync();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task A_delivery_and_its_flags_are_told_by_name()
    {
        string file = _node.Server.Deliver(Alice, flags: "");
        string name = Path.GetFileName(file);
        await HeardAsync($"INBOX cur/{name}");
        File.Move(file, file + "S");
        await HeardAsync($"INBOX cur/{name}", $"INBOX cur/{name}S");
    }

    [Fact]
    public async Task From_new_to_cur_is_the_same_message()
    {
        string directory = _node.Server.Folder(Alice);
        string fresh = Path.Combine(directory, "new", "17001.M1P1.mx");
        await File.WriteAllTextAsync(Path.Combine(directory, "tmp", "x"), "Subject: x\r\n\r\n");
        File.Move(Path.Combine(directory, "tmp", "x"), fresh);
        File.Move(fresh, Path.Combine(directory, "cur", "17001.M1P1.mx:2,"));
        await HeardAsync("INBOX new/17001.M1P1.mx", "INBOX cur/17001.M1P1.mx:2,");
    }

    [Fact]
    public async Task A_move_tells_first_where_it_went_from()
    {
        string file = _node.Server.Deliver(Alice);
        string name = Path.GetFileName(file);
        await HeardAsync($"INBOX cur/{name}");
        File.Move(file, Path.Combine(_node.Server.Folder(Alice, ".Archive"), "cur", name));
        await HeardAsync($"INBOX cur/{name}", "INBOX *", $".Archive cur/{name}");
    }

    [Fact]
    public async Task What_is_gone_or_has_another_stable_part_asks_for_the_folder()
    {
        string first = _node.Server.Deliver(Alice);
        string second = _node.Server.Deliver(Alice);
        string third = _node.Server.Deliver(Alice);
        string[] delivered = [.. new[] { first, second, third }.Select(f => $"INBOX cur/{Path.GetFileName(f)}")];
        await HeardAsync(delivered);
        File.Delete(first);
        await HeardAsync([.. delivered, "INBOX *"]);
        File.Move(second, Path.Combine(_node.Server.Folder(Alice), "tmp", "gone"));
        await HeardAsync([.. delivered, "INBOX *", "INBOX *"]);
        File.Move(third, third.Replace(".mx", ".other", StringComparison.Ordinal));
        await HeardAsync([.. delivered, "INBOX *", "INBOX *", "INBOX *", $"INBOX cur/{Path.GetFileName(third).Replace(".mx", ".other", StringComparison.Ordinal)}"]);
    }

    [Fact]
    public async Task Files_that_are_no_messages_are_passed_over_but_not_what_becomes_one()
    {
        string directory = Path.Combine(_node.Server.Folder(Alice), "cur");
        string file = _node.Server.Deliver(Alice);
        string name = Path.GetFileName(file);
        await File.WriteAllTextAsync(Path.Combine(directory, ".hidden"), "x");
        File.Move(file, Path.Combine(directory, ".away"));
        File.Move(Path.Combine(directory, ".away"), file);
        // The half of a rename may be told between the two others, when these come late.
        await HeardAsync(3);
        Assert.Equal(["INBOX *", $"INBOX cur/{name}", $"INBOX cur/{name}"], _heard.Order(StringComparer.Ordinal));
    }

    void IChangeSink.Following() => _following.SetResult();

    void IChangeSink.FolderChanged(string account, FolderKind kind, string key, string? item) =>
        _heard.Enqueue($"{(key == "." ? "INBOX" : key)} {item ?? "*"}");

    void IChangeSink.AccountChanged(string account) => _heard.Enqueue("account");

    void IChangeSink.Lost(string reason) => _heard.Enqueue("lost");

    void IChangeSink.Unwatched(IReadOnlyCollection<string> accounts, string reason) => _heard.Enqueue("unwatched");

    /// <summary>All that has been heard since the beginning, in order.</summary>
    private async Task HeardAsync(params string[] expected)
    {
        await HeardAsync(expected.Length);
        Assert.Equal(expected, _heard);
    }

    private async Task HeardAsync(int count)
    {
        for (int i = 0; i < 200 && _heard.Count < count; i++)
        {
            await Task.Delay(50);
        }

        // What must not come would come by then.
        await Task.Delay(300);
    }
}
