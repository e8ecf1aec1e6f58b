using MailBackup.Health;
using MailBackup.Operations;
using MailBackup.Scheduling;
using MailBackup.Services;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Health;

public sealed class HealthTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Without_a_scan_there_is_no_backup()
    {
        _node.Server.Deliver("alice@example.com");
        var report = await _node.Node.GetHealthAsync(default);
        Assert.Equal(HealthStatus.Critical, report.Status);
        Assert.Equal(HealthStatus.Critical, Check(report, "SmartScan").Status);
        Assert.Equal(["alice@example.com"], report.UnprotectedAccounts);
        Assert.Null(report.RpoSeconds);
    }

    [Fact]
    public async Task After_a_scan_it_is_told_what_could_be_lost()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        var report = await _node.Node.GetHealthAsync(default);
        Assert.Equal(HealthStatus.Ok, Check(report, "SmartScan").Status);
        Assert.InRange(report.RpoSeconds!.Value, 0, 60);
        Assert.Empty(report.UnprotectedAccounts);
        Assert.Equal((1, ServiceState.Stopped), (report.Accounts, report.Service));
        Assert.True(report.LastSuccess.ContainsKey(OperationKind.SmartScan));
        Assert.True(report.FreeBytes > 0);
    }

    [Fact]
    public async Task What_is_old_missed_or_failed_is_told()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        Directory.Move(_node.Server.Root, _node.Server.Root + ".away");
        await _node.RunAsync(new ScanRequest());
        _node.Node.SetRealtime(enabled: true);
        _node.Node.Clock = NoonIn(5);
        var report = await _node.Node.GetHealthAsync(default);
        Assert.Equal(HealthStatus.Critical, Check(report, "SmartScan").Status);
        Assert.Equal(HealthStatus.Critical, Check(report, "Accounts").Status);
        Assert.Equal(HealthStatus.Critical, Check(report, "Service").Status);
        Assert.Equal(HealthStatus.Warning, Check(report, "MissedSmartScan").Status);
        _node.Node.Clock = TimeProvider.System;
        Assert.Equal(HealthStatus.Warning, Check(await _node.Node.GetHealthAsync(default), "Failed").Status);
    }

    [Fact]
    public async Task A_check_that_found_damage_is_critical()
    {
        _node.Server.Deliver("alice@example.com");
        await _node.ScanAsync();
        string bundle = Directory.GetFiles(Path.Combine(_node.BackupPath, "items"), "*.gz", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(bundle);
        bytes[^20] ^= 0xFF;
        File.WriteAllBytes(bundle, bytes);
        await _node.RunAsync(new CheckRequest());
        Assert.Equal(HealthStatus.Critical, Check(await _node.Node.GetHealthAsync(default), "Coherency").Status);
    }

    /// <summary>Far from the hours at which the schedule starts something, which counts as missed only some minutes later.</summary>
    private static LaterClock NoonIn(int days) => new((DateTime.Today.AddDays(days + 0.5) - DateTime.Now).TotalDays);

    [Fact]
    public void Growth_is_told_from_samples()
    {
        var now = new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero);
        HealthSample[] samples = [Sample(now.AddDays(-60), 1), Sample(now.AddDays(-10), 1_000), Sample(now.AddDays(-5), 2_000), Sample(now, 6_000)];
        Assert.Equal(500, HealthHistory.GrowthADay(samples, now));
        Assert.Null(HealthHistory.GrowthADay([Sample(now.AddHours(-3), 1), Sample(now, 2)], now));
    }

    [Fact]
    public void Samples_survive_a_torn_line()
    {
        _node.Node.SampleHealth();
        File.AppendAllText(Path.Combine(_node.BackupPath, "state", "health.jsonl"), "{\"time\":");
        Assert.Single(_node.Node.GetHealthHistory());
    }

    [Fact]
    public async Task The_page_and_the_metrics_escape_what_they_are_given()
    {
        _node.Server.Deliver("a<script>@example.com");
        var report = (await _node.Node.GetHealthAsync(default)) with { Path = "/srv/\"x\\y" };
        string page = HealthPage.Write(report, [Sample(report.Time.AddDays(-1), 1), Sample(report.Time, 2)], []);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("<polyline", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        string metrics = PrometheusText.Write(report);
        Assert.Contains("mailbackup_status{path=\"/srv/\\\"x\\\\y\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("mailbackup_unprotected_accounts{", metrics, StringComparison.Ordinal);
        Assert.All(metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.Matches("^(# (HELP|TYPE) |mailbackup_[a-z_]+[{].+[}] [-0-9.E+]+$)", l));
    }

    private static HealthSample Sample(DateTimeOffset time, long stored) => new(time, 1, 2, stored, 1_000_000);

    private static HealthCheck Check(HealthReport report, string name) => Assert.Single(report.Checks, c => c.Name == name);
}
