using MailBackup.Configuration;
using MailBackup.Scheduling;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>Whoever changes one setting keeps all that others change at the same moment.</summary>
public sealed class ConfigurationChangeTests : IDisposable
{
    private const int Rounds = 15;

    private readonly NodeFixture _f = new();

    public void Dispose() => _f.Dispose();

    [Fact]
    public async Task Two_nodes_at_once()
    {
        using var other = BackupNode.Open(_f.BackupPath, _f.Options);
        var before = other.Configuration;
        await Task.WhenAll(
            RepeatAsync(() => _f.Node.UpdateConfiguration(c => c with { DataRetentionDays = c.DataRetentionDays + 1 })),
            RepeatAsync(() => other.SetSchedule(ScheduledOperation.Purge, e => e with { Cron = $"{Minute(e) + 1} 4 * * *" })),
            RepeatAsync(() => other.UpdateConfiguration(c => c with { AccountRetentionDays = c.AccountRetentionDays + 1 })));
        _f.Reopen();
        var now = _f.Node.Configuration;
        Assert.Equal((before.DataRetentionDays + Rounds, before.AccountRetentionDays + Rounds), (now.DataRetentionDays, now.AccountRetentionDays));
        Assert.Equal(Minute(before.Schedule.Purge) + Rounds, Minute(now.Schedule.Purge));
        Assert.Equal(before.Source, now.Source);
        Assert.Empty(Directory.GetFiles(_f.BackupPath, "*.tmp"));
    }

    [Fact]
    public async Task Processes_at_once()
    {
        string[][] changes = [["--data-retention-days", "91"], ["--account-retention-days", "92"], ["--read-error-threshold", "93"], ["--purge-grace-hours", "94"]];
        var runs = changes.Select(c => CommandProcess.Start(_f.Options.Home!, ["config", "--backup-path", _f.BackupPath, .. c]).EndAsync()).ToList();
        foreach (var (code, _, error) in await Task.WhenAll(runs))
        {
            Assert.True(code == 0, error);
        }

        var now = _f.Node.RefreshConfiguration();
        Assert.Equal((91, 92, 93, 94), (now.DataRetentionDays, now.AccountRetentionDays, now.ReadErrorThreshold, now.PurgeGraceHours));
    }

    [Fact]
    public void A_node_that_was_opened_before_writes_nothing_old_back()
    {
        using var old = BackupNode.Open(_f.BackupPath, _f.Options);
        _f.Node.UpdateConfiguration(c => c with { DataRetentionDays = 90 });
        old.SetRealtime(enabled: true);
        Assert.Equal((90, true), (old.Configuration.DataRetentionDays, old.Configuration.Realtime));
        Assert.Equal((90, true), (_f.Node.RefreshConfiguration().DataRetentionDays, _f.Node.Configuration.Realtime));
    }

    [Fact]
    public void A_change_that_is_refused_changes_nothing_and_keeps_nobody_waiting()
    {
        byte[] before = File.ReadAllBytes(_f.Layout.Configuration);
        Assert.Throws<MailBackupException>(() => _f.Node.UpdateConfiguration(c => c with { DataRetentionDays = -1 }));
        Assert.Throws<InvalidOperationException>(() => _f.Node.UpdateConfiguration(_ => throw new InvalidOperationException()));
        Assert.Equal(before, File.ReadAllBytes(_f.Layout.Configuration));
        ConfigurationFile.Update(_f.Layout, c => c with { DataRetentionDays = 90 }, TimeSpan.Zero);
    }

    [Fact]
    public void Somebody_who_does_not_let_go_is_named()
    {
        byte[] before = File.ReadAllBytes(_f.Layout.Configuration);
        using var held = WriterLock.TryAcquire(_f.Layout.ConfigurationLock);
        var error = Assert.Throws<MailBackupException>(
            () => ConfigurationFile.Update(_f.Layout, c => c with { DataRetentionDays = 90 }, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(ErrorIds.BackupPathBusy, error.ErrorId);
        Assert.Contains(_f.Layout.ConfigurationLock, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_f.Layout.Configuration));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_not_written_over()
    {
        File.WriteAllText(_f.Layout.Configuration, "{ \"dataRetentionDays\": ");
        Assert.Equal(ErrorIds.ConfigurationInvalid, Assert.Throws<MailBackupException>(() => _f.Node.UpdateConfiguration(c => c with { DataRetentionDays = 90 })).ErrorId);
        Assert.Equal("{ \"dataRetentionDays\": ", File.ReadAllText(_f.Layout.Configuration));
    }

    [Fact]
    public async Task A_file_that_two_replace_is_always_whole()
    {
        string path = _f["shared"];
        byte[] ones = [.. Enumerable.Repeat((byte)'1', 100_000)], twos = [.. Enumerable.Repeat((byte)'2', 100_000)];
        AtomicFile.Write(DiskFiles.Instance, path, ones, sync: false, shared: true);
        await Task.WhenAll(
            RepeatAsync(() => AtomicFile.Write(DiskFiles.Instance, path, ones, sync: false, shared: true)),
            RepeatAsync(() => AtomicFile.Write(DiskFiles.Instance, path, twos, sync: false, shared: true)),
            RepeatAsync(() =>
            {
                byte[] read = File.ReadAllBytes(path);
                Assert.True(read.AsSpan().SequenceEqual(ones) || read.AsSpan().SequenceEqual(twos));
            }));
    }

    private static int Minute(ScheduleEntry entry) => int.Parse(entry.Cron.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static Task RepeatAsync(Action action) => Task.Run(() =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            action();
        }
    });
}
