namespace MailBackup.Tests.Cli;

/// <summary>What is wrong with the words or the world, through the engine: exit code and error id of each.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly MailTree _tree = new();

    public void Dispose() => _tree.Dispose();

    private async Task AssertFailsAsync(int code, string errorId, params string[] args)
    {
        var run = await _tree.RunAsync([.. args, "--json"]);
        Assert.Equal((code, errorId), (run.Code, run.ErrorId));
    }

    private async Task ScanAsync() => Assert.Equal(0, (await _tree.RunAsync("scan", "--maildir", _tree.Vmail)).Code);

    [Fact]
    public Task A_missing_path() => AssertFailsAsync(3, "BackupPathNotFound", "items");

    [Fact]
    public async Task A_folder_that_is_no_backup_path()
    {
        Directory.CreateDirectory(_tree.Backup);
        await AssertFailsAsync(3, "BackupPathNotInitialized", "items");
        await AssertFailsAsync(3, "BackupPathNotInitialized", "scan");
        File.WriteAllText(Path.Combine(_tree.Backup, "letter.txt"), "mine");
        await AssertFailsAsync(3, "BackupPathNotEmpty", "init");
    }

    [Fact]
    public async Task A_source_that_does_not_exist_is_not_remembered()
    {
        await AssertFailsAsync(3, "SourceNotFound", "scan", "--maildir", _tree.Vmail + "-no");
        Assert.False(Directory.Exists(_tree.Backup));
        await AssertFailsAsync(3, "SourceNotFound", "init", "--ldif", _tree.Vmail + "/no.ldif");
        Assert.False(Directory.Exists(_tree.Backup));
    }

    [Fact]
    public async Task A_scan_without_source()
    {
        Assert.Equal(0, (await _tree.RunAsync("init")).Code);
        await AssertFailsAsync(2, "SourceNotSet", "scan");
    }

    [Fact]
    public async Task Unknown_account_item_and_folder()
    {
        await ScanAsync();
        await AssertFailsAsync(2, "AccountNotFound", "items", "--account", "nobody@example.org");
        await AssertFailsAsync(2, "AccountNotFound", "history", "--account", "nobody@example.org", "--id", "1");
        await AssertFailsAsync(2, "AccountNotFound", "restore", "--account", "nobody@example.org", "--id", "1");
        await AssertFailsAsync(2, "ItemNotFound", "history", "--account", MailTree.Alice, "--id", "999999");
        await AssertFailsAsync(2, "ItemNotFound", "export", "--account", MailTree.Alice, "--id", "999999");
        await AssertFailsAsync(2, "ItemNotFound", "items", "--account", MailTree.Alice, "--id", "999999");
        await AssertFailsAsync(2, "FolderNotFound", "items", "--account", MailTree.Alice, "--folder", "No/Such");
        await AssertFailsAsync(2, "OperationNotFound", "operations", "--stop", "1a2b3c4d");
    }

    [Fact]
    public async Task Export_of_a_folder()
    {
        await ScanAsync();
        var folders = await _tree.RunAsync("items", "--account", MailTree.Alice, "--type", "folder", "--json");
        string id = folders.Json[0].GetProperty("id").GetRawText();
        await AssertFailsAsync(2, "ItemHasNoContent", "export", "--account", MailTree.Alice, "--id", id);
    }

    [Fact]
    public async Task A_path_of_another_server_is_not_touched()
    {
        await ScanAsync();
        string[] before = Directory.GetFiles(_tree.Backup, "*", SearchOption.AllDirectories);
        _tree.Environment["MAILBACKUP_HOME"] = Path.Combine(_tree.Root, "home2");
        foreach (string command in (string[])["scan", "init", "check", "operations"])
        {
            await AssertFailsAsync(3, "BackupPathOwnedByAnotherServer", command);
        }

        Assert.Equal(before.Order(StringComparer.Ordinal), Directory.GetFiles(_tree.Backup, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_path_that_cannot_be_written()
    {
        // Not even root makes folders here.
        await AssertFailsAsync(3, "BackupPathNotWritable", "init", "--backup-path", "/proc/mailbackup-test");
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_reported_and_costs_only_itself()
    {
        // A compressed message whose content is no gzip after all: not even root can read it.
        await File.WriteAllBytesAsync(_tree.Message(MailTree.Alice, "1700000008.M1P1.mx,S=500:2,Z"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
        var run = await _tree.RunAsync("scan", "--maildir", _tree.Vmail);
        Assert.Equal(1, run.Code);
        Assert.Contains("1700000008.M1P1.mx", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 item could not be saved", run.Text, StringComparison.Ordinal);
    }
}
