using System.Diagnostics;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Realtime;
using Xunit.Abstractions;

namespace MailBackup.Tests.Servers;

/// <summary>Realtime beside scans of the same real server, over IMAP.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapSharedScanTests(ITestOutputHelper output)
{
    /// <summary><c>MAILBACKUP_LONG_TESTS</c> has it go on for as many half minutes.</summary>
    [DovecotFact]
    public async Task Scans_one_after_another_beside_realtime_save_every_state_once()
    {
        string[] users = [.. Enumerable.Range(0, 5).Select(i => $"user{i}@example.com")];
        using var fixture = new ImapFixture(string.Join(", ", users));
        foreach (string user in users)
        {
            fixture.Server.Deliver(user, BusyUser.Mail(0));
            BusyUser.Prepare(fixture.Server, user);
        }

        await fixture.CompleteAsync(new ScanRequest());
        await using var run = await RealtimeRun.StartAsync(fixture.Node);
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("MAILBACKUP_LONG_TESTS"), out int n) ? n * 30 : 8;
        var clock = Stopwatch.StartNew();
        int mails = 0, scans = 0, shared = 0;
        var busy = BusyUser.ActAsync(fixture.Server, users, () => clock.Elapsed.TotalSeconds < seconds || Volatile.Read(ref scans) < 4, () =>
        {
            Interlocked.Add(ref shared, fixture.Node.Share.IsOffered ? 1 : 0);
            return Interlocked.Increment(ref mails);
        });
        while (!busy.IsCompleted)
        {
            await fixture.CompleteAsync(scans++ % 3 == 1 ? new ScanRequest { Deep = true } : new ScanRequest());
        }

        await busy;
        Assert.True(shared > 0 && run.Scanner.Info.Changes > 0, $"{scans} scans, {shared} times shared, {run.Scanner.Info.Changes} changes");
        await run.AgreesAsync(fixture.Node);
        SavedStates.Verify(new BackupLayout(fixture["backup"]));
        output.WriteLine($"{mails} actions, {scans} scans, {run.Scanner.Info.Changes} changes by realtime, longest lag {run.Batches.Max(b => b.Lag.TotalSeconds):N2} s.");
    }
}
