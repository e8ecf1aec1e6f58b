namespace MailBackup.Tests.Cli;

/// <summary>Wrong words end with exit code 2 and a sentence, before anything is opened.</summary>
public class UsageTests
{
    private static readonly string[] Commands =
    [
        "init", "scan", "accounts", "items", "history", "compare", "export", "restore", "export-account", "import-account", "operations", "check", "repair", "anchor",
        "info",
    ];

    [Theory]
    [InlineData("", "ArgumentInvalid")]
    [InlineData("frobnicate", "ArgumentInvalid")]
    [InlineData("items --frobnicate", "ArgumentInvalid")]
    [InlineData("items", "BackupPathNotSet")]
    [InlineData("items --type letter", "ArgumentInvalid")]
    [InlineData("items --id twelve", "ArgumentInvalid")]
    [InlineData("items --deleted --all", "ArgumentInvalid")]
    [InlineData("items --at someday", "DateInvalid")]
    [InlineData("accounts --at 2026-13-01", "DateInvalid")]
    [InlineData("history --account a@b.c", "ArgumentInvalid")]
    [InlineData("history --account a@b.c --id 0", "ArgumentInvalid")]
    [InlineData("export --account a@b.c --id 1 --transactions --at now", "ArgumentInvalid")]
    [InlineData("restore --account a@b.c --id 1,x", "ArgumentInvalid")]
    [InlineData("scan --read-error-threshold -1", "ArgumentInvalid")]
    [InlineData("scan --read-error-threshold many", "ArgumentInvalid")]
    [InlineData("operations --limit some", "ArgumentInvalid")]
    [InlineData("check --sample 0", "ArgumentInvalid")]
    [InlineData("check --sample 101%", "ArgumentInvalid")]
    [InlineData("anchor", "ArgumentInvalid")]
    [InlineData("anchor --out a --verify b", "ArgumentInvalid")]
    [InlineData("scan --account", "ArgumentInvalid")]
    public async Task Wrong_usage_is_2(string line, string errorId)
    {
        string[] args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var json = await CliRun.StartAsync([.. args, "--json"]);
        Assert.Equal(2, json.Code);
        Assert.Equal(errorId, json.ErrorId);
        Assert.Empty(json.Output);

        var text = await CliRun.StartAsync(args);
        Assert.Equal(2, text.Code);
        Assert.StartsWith("mailbackup: ", text.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text.Error, StringComparison.Ordinal);
        Assert.Single(text.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_bad_date_is_answered_with_a_good_one()
    {
        var run = await CliRun.StartAsync("items", "--at", "someday");
        Assert.Contains("'someday'", run.Error, StringComparison.Ordinal);
        Assert.Contains("2026-03-01", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_begins_with_at_is_not_a_file()
    {
        var run = await CliRun.StartAsync("items", "--json", "--at", "@/etc/passwd");
        Assert.Equal("DateInvalid", run.ErrorId);
    }

    [Fact]
    public async Task Every_command_has_help_with_examples()
    {
        var root = await CliRun.StartAsync("--help");
        Assert.Equal(0, root.Code);
        Assert.Contains("Exit codes", root.Text, StringComparison.Ordinal);
        foreach (string command in Commands)
        {
            Assert.Contains("\n  " + command + " ", root.Text, StringComparison.Ordinal);
            var help = await CliRun.StartAsync(command, "--help");
            Assert.Equal(0, help.Code);
            Assert.Contains("Examples:\n  mailbackup " + command, help.Text, StringComparison.Ordinal);
            Assert.Contains("--backup-path", help.Text, StringComparison.Ordinal);
            Assert.Empty(help.Error);
        }
    }

    [Fact]
    public async Task Version_is_that_of_the_command()
    {
        var run = await CliRun.StartAsync("--version");
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^mailbackup \d+\.\d+\.\d+\n$", run.Text);
    }
}
