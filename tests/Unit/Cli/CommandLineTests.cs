using System.Text.Json;

namespace MailBackup.Tests.Cli;

/// <summary>The whole way through the command and the engine, on a tiny Maildir tree.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly MailTree _tree = new();

    public void Dispose() => _tree.Dispose();

    private async Task<JsonElement> ScanAsync(params string[] more)
    {
        var run = await _tree.RunAsync(["scan", "--maildir", _tree.Vmail, "--json", .. more]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        return Assert.Single(run.Json);
    }

    private async Task<JsonElement[]> ItemsAsync(params string[] more)
    {
        var run = await _tree.RunAsync(["items", "--json", "--type", "message", .. more]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        return run.Json;
    }

    private async Task<string> IdOfAsync(string account, string subject)
    {
        var items = await ItemsAsync("--account", account, "--all");
        var item = items.Single(i => i.GetProperty("subject").GetString() == subject);
        return item.GetProperty("id").GetRawText();
    }

    [Fact]
    public async Task Init_makes_a_path_and_repeating_it_changes_nothing()
    {
        var first = await _tree.RunAsync("init", "--maildir", _tree.Vmail, "--json");
        Assert.Equal("", first.Error);
        Assert.Equal(0, first.Code);
        Assert.True(first.Json[0].GetProperty("created").GetBoolean());
        Assert.Equal(_tree.Vmail, first.Json[0].GetProperty("maildir").GetString());

        var second = await _tree.RunAsync("init", "--json");
        Assert.Equal(0, second.Code);
        Assert.False(second.Json[0].GetProperty("created").GetBoolean());
        Assert.Equal(_tree.Vmail, second.Json[0].GetProperty("maildir").GetString());
    }

    [Fact]
    public async Task Scan_of_a_new_path_initializes_it_and_remembers_the_source()
    {
        var report = await ScanAsync();
        Assert.Equal("Completed", report.GetProperty("state").GetString());
        Assert.True(report.GetProperty("added").GetInt64() >= 3);
        Assert.Equal(0, report.GetProperty("errors").GetInt64());
        Assert.True(report.GetProperty("bytesRead").GetInt64() > 0);

        var again = await _tree.RunAsync("scan", "--json");
        Assert.Equal(0, again.Code);
        Assert.Equal(0, again.Json[0].GetProperty("added").GetInt64());
        Assert.Equal(0, again.Json[0].GetProperty("deleted").GetInt64());
    }

    [Fact]
    public async Task Scan_says_that_the_source_has_changed()
    {
        await ScanAsync();
        string other = Path.Combine(_tree.Root, "other");
        Directory.Move(_tree.Vmail, other);
        var run = await _tree.RunAsync("scan", "--maildir", other);
        Assert.Contains($"The configuration is changed: the Maildir tree is now {other} (was {_tree.Vmail}).", run.Lines);
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public async Task Scan_takes_accounts_and_switches()
    {
        await ScanAsync("--deep", "--allow-empty", "--read-error-threshold", "5");
        _tree.Add(MailTree.Alice, "1700000009.M1P1.mx:2,", "New of Alice");
        _tree.Add(MailTree.Bob, "1700000009.M1P1.mx:2,", "New of Bob");
        var report = await ScanAsync("--account", MailTree.Bob);
        Assert.Equal(1, report.GetProperty("added").GetInt64());
        Assert.Single(await ItemsAsync(), i => i.GetProperty("subject").GetString()!.StartsWith("New", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Accounts_are_listed()
    {
        await ScanAsync();
        var json = await _tree.RunAsync("accounts", "--json");
        Assert.Equal([MailTree.Alice, MailTree.Bob], json.Json.Select(a => a.GetProperty("account").GetString()!));
        var text = await _tree.RunAsync("accounts");
        Assert.Equal(3, text.Lines.Length);
        Assert.Contains("active", text.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_are_listed_and_filtered()
    {
        await ScanAsync();
        Assert.Equal(3, (await ItemsAsync()).Length);
        var item = Assert.Single(await ItemsAsync("--account", MailTree.Bob));
        Assert.Equal("Third", item.GetProperty("subject").GetString());
        Assert.Equal("F", item.GetProperty("flags").GetString());
        Assert.False(item.GetProperty("deleted").GetBoolean());
        Assert.Equal(JsonValueKind.Null, item.GetProperty("end").ValueKind);

        string id = await IdOfAsync(MailTree.Alice, "First");
        Assert.Single(await ItemsAsync("--account", MailTree.Alice, "--id", id));
        Assert.Equal(3, (await ItemsAsync("--folder", "INBOX")).Length);
        Assert.Empty(await ItemsAsync("--deleted"));
        Assert.Empty(await ItemsAsync("--at", "2001-01-01"));
    }

    [Fact]
    public async Task The_table_of_items_lets_no_escape_sequence_through()
    {
        await ScanAsync();
        var run = await _tree.RunAsync("items");
        Assert.Equal(0, run.Code);
        Assert.DoesNotContain('\u001b', run.Text);
        Assert.All(run.Lines, l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public async Task History_shows_every_state()
    {
        await ScanAsync();
        string id = await IdOfAsync(MailTree.Alice, "First");
        File.Move(_tree.Message(MailTree.Alice, "1700000001.M1P1.mx:2,S"), _tree.Message(MailTree.Alice, "1700000001.M1P1.mx:2,FS"));
        await ScanAsync();
        File.Delete(_tree.Message(MailTree.Alice, "1700000001.M1P1.mx:2,FS"));
        await ScanAsync();

        var run = await _tree.RunAsync("history", "--account", MailTree.Alice, "--id", id, "--json");
        Assert.Equal(0, run.Code);
        Assert.Equal(3, run.Json.Length);
        Assert.Equal(["S", "FS"], run.Json[..2].Select(s => s.GetProperty("flags").GetString()!));
        Assert.Equal([false, false, true], run.Json.Select(s => s.GetProperty("deleted").GetBoolean()));
        Assert.Equal(run.Json[1].GetProperty("start").GetString(), run.Json[0].GetProperty("end").GetString());

        // A start from one line, given to --at, shows that state.
        string start = run.Json[0].GetProperty("start").GetString()!;
        var then = Assert.Single(await ItemsAsync("--account", MailTree.Alice, "--id", id, "--at", start));
        Assert.Equal("S", then.GetProperty("flags").GetString());

        var text = await _tree.RunAsync("history", "--account", MailTree.Alice, "--id", id);
        Assert.Contains("deleted", text.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_gives_back_every_byte()
    {
        await ScanAsync();
        string id = await IdOfAsync(MailTree.Alice, "First");
        var run = await _tree.RunAsync("export", "--account", MailTree.Alice, "--id", id, "--out", "-");
        Assert.Equal(0, run.Code);
        Assert.Equal(MailTree.Content("First"), run.Output);

        string file = Path.Combine(_tree.Root, "first.eml");
        var written = await _tree.RunAsync("export", "--account", MailTree.Alice, "--id", id, "--out", file);
        Assert.Equal(0, written.Code);
        Assert.Equal(MailTree.Content("First"), File.ReadAllBytes(file));

        var again = await _tree.RunAsync("export", "--account", MailTree.Alice, "--id", id, "--out", file, "--json");
        Assert.Equal((3, "OutputFileExists"), (again.Code, again.ErrorId));

        string folder = Directory.CreateDirectory(Path.Combine(_tree.Root, "out")).FullName;
        await _tree.RunAsync("export", "--account", MailTree.Alice, "--id", id, "--out", folder + "/");
        Assert.Equal(Path.Combine(folder, id + ".eml"), Assert.Single(Directory.GetFiles(folder)));
    }

    [Fact]
    public async Task Export_of_transactions_is_one_array()
    {
        await ScanAsync();
        string id = await IdOfAsync(MailTree.Alice, "First");
        var run = await _tree.RunAsync("export", "--account", MailTree.Alice, "--id", id, "--transactions");
        Assert.Equal(0, run.Code);
        using var document = JsonDocument.Parse(run.Output);
        Assert.Equal(1, document.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task A_deleted_message_is_listed_and_restored()
    {
        await ScanAsync();
        string id = await IdOfAsync(MailTree.Alice, "First");
        File.Delete(_tree.Message(MailTree.Alice, "1700000001.M1P1.mx:2,S"));
        Assert.Equal(1, (await ScanAsync()).GetProperty("deleted").GetInt64());
        Assert.Single(await ItemsAsync("--deleted"));

        var run = await _tree.RunAsync("restore", "--account", MailTree.Alice, "--id", id, "--json");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        Assert.Equal(1, run.Json[0].GetProperty("restored").GetInt64());
        Assert.Contains(
            Directory.GetFiles(_tree.Folder(MailTree.Alice), "*", SearchOption.AllDirectories),
            f => File.ReadAllBytes(f).AsSpan().SequenceEqual(MailTree.Content("First")));

        var text = await _tree.RunAsync("restore", "--account", MailTree.Alice, "--id", id);
        Assert.Contains("1 skipped (already there)", text.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operations_have_a_history()
    {
        await ScanAsync();
        var list = await _tree.RunAsync("operations", "--json");
        Assert.Equal(0, list.Code);
        Assert.Empty(list.Output);
        var history = await _tree.RunAsync("operations", "--history", "--json");
        Assert.Equal(["SearchIndex", "SmartScan"], history.Json.Select(o => o.GetProperty("kind").GetString()));
        var operation = history.Json[1];
        Assert.Equal("SmartScan", operation.GetProperty("kind").GetString());
        Assert.Equal("Completed", operation.GetProperty("state").GetString());

        string id = operation.GetProperty("id").GetString()!;
        var one = await _tree.RunAsync("operations", "--id", id[..8]);
        Assert.Contains(id, one.Text, StringComparison.Ordinal);
        var stop = await _tree.RunAsync("operations", "--stop", "all", "--json");
        Assert.Equal(0, Assert.Single(stop.Json).GetProperty("stopping").GetInt32());
    }

    [Fact]
    public async Task Check_and_info_find_all_in_order()
    {
        await ScanAsync();
        var check = await _tree.RunAsync("check", "--json");
        Assert.Equal(0, check.Code);
        Assert.Equal(0, check.Json[0].GetProperty("errors").GetInt64());
        Assert.True(check.Json[0].GetProperty("checked").GetInt64() > 0);

        var info = await _tree.RunAsync("info", "--json");
        Assert.Equal(0, info.Code);
        Assert.Equal(2, info.Json[0].GetProperty("accounts").GetInt32());
        Assert.Equal(_tree.Vmail, info.Json[0].GetProperty("maildir").GetString());
        var text = await _tree.RunAsync("info");
        Assert.Contains(text.Lines, l => l.StartsWith("Maildir tree", StringComparison.Ordinal) && l.EndsWith(_tree.Vmail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Quiet_says_nothing_when_all_is_well()
    {
        var run = await _tree.RunAsync("scan", "--maildir", _tree.Vmail, "--quiet");
        Assert.Equal((0, "", ""), (run.Code, run.Text, run.Error));
    }
}
