using MailBackup.Tests.Support;

namespace MailBackup.Tests.Cli;

public sealed class StatusCommandTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task It_prints_once_where_nobody_looks()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var run = await RunAsync("--watch");
        Assert.Equal(0, run.Code);
        Assert.Contains(_node.BackupPath[^20..], run.Lines[0], StringComparison.Ordinal);
        Assert.Contains(run.Lines, l => l.Contains("Nothing runs, nothing waits.", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', run.Text);
        Assert.All(run.Lines, l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public async Task As_JSON_it_is_one_object()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var status = Assert.Single((await RunAsync("--json", "--until", "idle")).Json);
        Assert.Equal("Stopped", status.GetProperty("service").GetProperty("state").GetString());
        Assert.Equal(0, status.GetProperty("queue").GetArrayLength());
        Assert.Equal("SmartScan", status.GetProperty("recent")[0].GetProperty("kind").GetString());
        Assert.Equal(3, status.GetProperty("schedule").GetArrayLength());
        Assert.Equal(1, status.GetProperty("health").GetProperty("accounts").GetInt32());
    }

    [Fact]
    public async Task A_goal_that_there_is_not_is_wrong_usage()
    {
        var run = await RunAsync("--until", "noon");
        Assert.Equal(2, run.Code);
        Assert.Contains("idle, service-running, healthy", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] arguments) =>
        CliRun.StartAsync(new Dictionary<string, string> { ["MAILBACKUP_HOME"] = _node.Options.Home! }, ["status", "--backup-path", _node.BackupPath, .. arguments]);
}
