using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Maintenance;

/// <summary><c>check --compare-source</c>: every kind of difference between backup and server.</summary>
public class SourceComparisonTests
{
    [Fact]
    public async Task Nothing_differs_after_a_scan()
    {
        using var node = await DamagedNode.CreateAsync();
        Assert.Equal(0, (await node.CheckAsync(new CheckRequest { CompareSource = true, ReadData = true })).Errors);
    }

    [Fact]
    public async Task Each_difference_is_told()
    {
        using var node = await DamagedNode.CreateAsync();
        string[] files = [.. Directory.GetFiles(Path.Combine(node.Node.Server.Folder(DamagedNode.Ann), "cur")).Order(StringComparer.Ordinal)];
        File.Delete(files[0]);
        File.Move(files[1], files[1] + "F");
        File.SetLastWriteTimeUtc(files[2], DateTime.UnixEpoch.AddSeconds(1_600_000_000));
        var time = File.GetLastWriteTimeUtc(files[3]);
        DamagedNode.Change(files[3], b => DamagedNode.Flip(b, b.Length - 3));
        File.SetLastWriteTimeUtc(files[3], time);
        node.Node.Server.Deliver(DamagedNode.Bob, subject: "New");
        node.Node.Server.Deliver("carl@example.com", subject: "New account");
        node.Node.Server.Folder(DamagedNode.Bob, ".Later");

        var report = await node.CheckAsync(new CheckRequest { CompareSource = true });
        var reasons = report.Troubles.Select(t => t.Reason).ToList();
        Assert.All(report.Troubles, t => Assert.Equal(ErrorIds.SourceDiffers, t.ErrorId));
        foreach (string expected in (string[])[
            "It is in the backup and not on the server.", "flags 'FS', in the backup 'S'", "date 2020-09-13", "It is on the server and not in the backup.",
            "The account is on the server", "The folder is on the server"])
        {
            Assert.True(reasons.Exists(r => r.Contains(expected, StringComparison.Ordinal)), $"{expected} is not among\n{string.Join('\n', reasons)}");
        }

        // The same name, date and length: only reading tells.
        Assert.DoesNotContain(reasons, r => r.Contains("another content", StringComparison.Ordinal));
        var read = await node.CheckAsync(new CheckRequest { CompareSource = true, ReadData = true });
        Assert.Contains(read.Troubles, t => t.Reason.Contains("another content", StringComparison.Ordinal));
    }
}
