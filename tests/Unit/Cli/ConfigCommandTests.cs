using MailBackup.Tests.Support;

namespace MailBackup.Tests.Cli;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly NodeFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task It_changes_what_is_given_keeps_the_rest_and_shows_it()
    {
        var run = await RunAsync("config", "--data-retention-days", "90", "--smtp-server", "mx1.example.org", "--notification-to", "a@b.org", "--notification-to", "c@d.org", "--smtp-start-tls", "yes", "--json");
        Assert.Equal(0, run.Code);
        _fixture.Reopen();
        var now = _fixture.Node.Configuration;
        Assert.Equal(90, now.DataRetentionDays);
        Assert.Equal(30, now.AccountRetentionDays);
        Assert.Equal(_fixture.Server.Root, now.Source.Maildir);
        Assert.Equal(("mx1.example.org", 25, true), (now.Notification.SmtpServer, now.Notification.SmtpPort, now.Notification.SmtpStartTls));
        Assert.Equal(["a@b.org", "c@d.org"], now.Notification.To);
        Assert.Equal("mx1.example.org", run.Json[0].GetProperty("smtpServer").GetString());

        Assert.Equal(0, (await RunAsync("config", "--smtp-server", "")).Code);
        _fixture.Reopen();
        Assert.Null(_fixture.Node.Configuration.Notification.SmtpServer);
        Assert.Equal(90, _fixture.Node.Configuration.DataRetentionDays);
    }

    [Fact]
    public async Task A_test_mail_is_taken_by_the_relay()
    {
        using var sink = new SmtpSink();
        var run = await RunAsync(
            "config", "--smtp-server", "127.0.0.1", "--smtp-port", $"{sink.Port}", "--notification-from", "backup@example.org", "--notification-to", "a@b.org", "--test-mail");
        Assert.Equal(0, run.Code);
        Assert.Equal(["a@b.org"], Assert.Single(sink.Mails).Recipients);
    }

    [Fact]
    public async Task A_scan_tells_those_whom_it_names()
    {
        using var sink = new SmtpSink();
        Assert.Equal(0, (await RunAsync("config", "--smtp-server", "127.0.0.1", "--smtp-port", $"{sink.Port}", "--notification-from", "backup@example.org")).Code);
        _fixture.Server.Deliver("alice@example.org");
        Assert.Equal(0, (await RunAsync("scan", "--notify", "night@example.org")).Code);
        Assert.Equal(["night@example.org"], Assert.Single(sink.Mails).Recipients);
    }

    [Theory]
    [InlineData("config", "--smtp-start-tls", "perhaps")]
    [InlineData("config", "--data-retention-days", "-1")]
    [InlineData("config", "--notification-to", "nobody")]
    public async Task Bad_values_change_nothing(params string[] arguments)
    {
        var before = _fixture.Node.Configuration;
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.Equal(2, run.Code);
        Assert.Equal(ErrorIds.ArgumentInvalid, run.ErrorId);
        _fixture.Reopen();
        Assert.Equal(before, _fixture.Node.Configuration);
    }

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.StartAsync(
        new Dictionary<string, string> { ["MAILBACKUP_PATH"] = _fixture.BackupPath, ["MAILBACKUP_HOME"] = _fixture.Options.Home! }, arguments);
}
