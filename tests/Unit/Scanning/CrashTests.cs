using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

/// <summary>What a power failure may leave: the last batch cut anywhere. Its transactions, or, before they were written, its blobs.</summary>
public class CrashTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Files_cut_anywhere_in_the_last_batch_are_mended_by_the_next_scan(int seed)
    {
        var random = new Random(seed);
        using var f = new NodeFixture();
        Deliver(f, 60);
        await f.ScanAsync();
        f.Node.Dispose();
        Copies.CopyFolder(f.BackupPath, f["before"]);
        var reported = f.Items().Select(i => (i.Account, i.Id)).ToHashSet();
        Deliver(f, 60);
        await f.ScanAsync();
        f.Node.Dispose();
        Copies.CopyFolder(f.BackupPath, f["after"]);
        var mails = f.Server.Snapshot().Values.Select(v => v.Content).Order(StringComparer.Ordinal).ToList();

        for (int round = 0; round < 12; round++)
        {
            Directory.Delete(f.BackupPath, recursive: true);
            Copies.CopyFolder(f["after"], f.BackupPath);

            // A scan is written down as seen only when its batch is durable.
            foreach (string stat in Directory.GetFiles(Path.Combine(f["before"], "accounts"), "account_stat", SearchOption.AllDirectories))
            {
                File.Copy(stat, stat.Replace(f["before"], f.BackupPath, StringComparison.Ordinal), overwrite: true);
            }

            bool blobs = round % 2 == 0;
            foreach (string journal in Directory.GetFiles(f.Layout.Accounts, "0*.jsonl", SearchOption.AllDirectories))
            {
                Cut(f, journal, blobs ? 0 : random.NextDouble());
            }

            if (blobs)
            {
                Cut(f, f.Layout.Bundle(0), random.NextDouble());
            }

            if (round % 3 == 0)
            {
                Directory.Delete(f.Layout.State, recursive: true);
            }

            f.Reopen();
            Assert.Superset(reported, f.Items().Select(i => (i.Account, i.Id)).ToHashSet());
            await f.AssertCoherentAsync();
            await f.ScanAsync();
            Assert.Equal(mails, f.Contents().Select(c => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(c.Content))).Order(StringComparer.Ordinal));
            await f.AssertCoherentAsync();
            await f.AssertNothingChangedAsync();
        }
    }

    /// <summary>Between where the file ended before the batch and where it ends now; 0 takes all of the batch away.</summary>
    private static void Cut(NodeFixture f, string path, double fraction)
    {
        var before = new FileInfo(path.Replace(f.BackupPath, f["before"], StringComparison.Ordinal));
        long start = before.Exists ? before.Length : 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(start + (long)(fraction * (file.Length - start)));
    }

    private static void Deliver(NodeFixture f, int count)
    {
        for (int i = 0; i < count; i++)
        {
            f.Server.Deliver(i % 2 == 0 ? Ann : Bob, i % 3 == 0 ? ".Work" : "", body: new string('x', i * 50));
        }
    }
}
