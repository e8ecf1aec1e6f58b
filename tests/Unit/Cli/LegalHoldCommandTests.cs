using MailBackup.Tests.Support;

namespace MailBackup.Tests.Cli;

public sealed class LegalHoldCommandTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly NodeFixture _fixture = new(new LdifText().Cos("default", "zimbraNotes: all").Account(1, Ann).ToString());

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Holds_are_placed_listed_and_lifted()
    {
        await _fixture.ScanAsync();
        var run = await RunAsync("legal-hold", "set", "--account", Ann, "--reason", "Case 4711");
        Assert.Equal((0, $"{Ann} is on hold: nothing of it is purged.\n"), (run.Code, run.Text));
        Assert.Contains("Nothing to change", (await RunAsync("legal-hold", "set", "-a", Ann)).Text, StringComparison.Ordinal);

        var hold = Assert.Single((await RunAsync("legal-hold", "--json")).Json);
        Assert.Equal((Ann, "Case 4711", false), (hold.GetProperty("account").GetString(), hold.GetProperty("reason").GetString(), hold.GetProperty("automatic").GetBoolean()));
        Assert.Contains("by hand", (await RunAsync("legal-hold")).Text, StringComparison.Ordinal);
        Assert.Empty((await RunAsync("legal-hold", "--account", "other@example.com", "--json")).Json);

        Assert.Equal(0, (await RunAsync("legal-hold", "unset", "--all", "--reason", "closed")).Code);
        Assert.Empty(_fixture.Node.GetLegalHolds());
        var history = (await RunAsync("legal-hold", "get", "--history", "--json")).Json;
        Assert.Equal([true, false], history.Select(c => c.GetProperty("held").GetBoolean()));
        Assert.Contains("lifted", (await RunAsync("legal-hold", "--history")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("legal-hold", "set")]
    [InlineData("legal-hold", "unset", "--account", Ann, "--all")]
    [InlineData("legal-hold", "toggle")]
    [InlineData("cos", "toggle")]
    [InlineData("cos", "disable")]
    [InlineData("config", "--mass-change-percent", "101")]
    public async Task Wrong_words_change_nothing(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.Equal((2, ErrorIds.ArgumentInvalid), (run.Code, run.ErrorId));
    }

    [Fact]
    public async Task A_class_of_service_is_taken_out_and_in()
    {
        var run = await RunAsync("cos", "disable", "--cos", "default", "--json");
        Assert.Equal((false, 1), (run.Json[0].GetProperty("enabled").GetBoolean(), run.Json[0].GetProperty("members").GetInt32()));
        Assert.Contains("the next scan takes up its accounts again", (await RunAsync("cos", "enable", "--cos", "default")).Text, StringComparison.Ordinal);
        Assert.Equal("all", (await RunAsync("cos", "--json")).Json[0].GetProperty("notes").GetString());
        Assert.Equal((2, ErrorIds.CosNotFound), await FailAsync("cos", "disable", "--cos", "guests"));
        Assert.Equal((2, ErrorIds.CosNotFound), await FailAsync("cos", "--cos", "guests"));
    }

    [Fact]
    public async Task Another_servers_path_is_taken_over()
    {
        var other = new Dictionary<string, string> { ["MAILBACKUP_HOME"] = _fixture["other"], ["MAILBACKUP_PATH"] = _fixture.BackupPath };
        Assert.Equal(3, (await CliRun.StartAsync(other, "scan")).Code);
        var run = await CliRun.StartAsync(other, "init", "--adopt");
        Assert.Equal(0, run.Code);
        Assert.Contains($"is taken over from server {_fixture.Node.ServerId} ({Environment.MachineName}).", run.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await CliRun.StartAsync(other, "accounts")).Code);
        Assert.Contains("is a backup path of this server already", (await CliRun.StartAsync(other, "init", "--adopt")).Text, StringComparison.Ordinal);
    }

    private async Task<(int Code, string? ErrorId)> FailAsync(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        return (run.Code, run.ErrorId);
    }

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.StartAsync(
        new Dictionary<string, string> { ["MAILBACKUP_HOME"] = _fixture.Options.Home!, ["MAILBACKUP_PATH"] = _fixture.BackupPath }, arguments);
}
