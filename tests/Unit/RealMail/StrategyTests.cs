using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.RealMail;

/// <summary>Real mails through the other ways to get mail back: each with a comparison of bytes, flags, dates and folders.</summary>
[Collection("Long tests, one after another")]
public class StrategyTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";
    private const string Copy = "ann.copy@example.com";

    [RealMailFact]
    public async Task Real_mails_come_back_by_undelete_as_a_new_account_and_in_place()
    {
        using var f = new NodeFixture();
        string[] files = Directory.GetFiles(RealMailFactAttribute.Mails!, "*.txt", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        string[] flags = ["", "S", "RS", "FS"], folders = ["", ".Sent", ".Archive.2002"];
        var mails = files.Select((file, i) =>
            f.Server.Deliver(i % 2 == 0 ? Ann : Bob, folders[i / 300 % 3], flags[i / 7 % 4], content: File.ReadAllBytes(file))).ToList();
        f.Server.Settle();
        await f.ScanAsync();
        var then = f.Items();
        Assert.Equal(files.Length, then.Count);
        var at = DateTimeOffset.UtcNow;

        // Every fifth mail is deleted, and comes back by its deletion.
        var deleted = mails.Where((_, i) => i % 5 == 0).ToList();
        deleted.ForEach(File.Delete);
        await f.ScanAsync();
        Assert.Equal(mails.Count - deleted.Count, f.Items().Count);
        Assert.Equal((deleted.Count, 0L, 0L), (await f.RestoreAsync(new UndeleteRequest { Accounts = [Ann, Bob], After = at })).Counts());
        string tag = UndeletePlan.TagOf(DateTimeOffset.Now);
        var now = f.Items();
        Assert.Equal(then.Select(Seen).Order(StringComparer.Ordinal), now.Select(Seen).Order(StringComparer.Ordinal));
        Assert.Equal(deleted.Count, now.Count(i => i.Tags.Contains(tag)));
        await f.AssertNothingChangedAsync();

        // The account as it was before all that, under another name.
        var wanted = then.Where(i => i.Account == Ann).ToList();
        Assert.Equal(0, (await f.RestoreAsync(new AccountRestoreRequest { Account = Ann, As = Copy, At = at })).Unrestored);
        await f.ScanAsync();
        Assert.Equal(
            wanted.Select(Seen).Order(StringComparer.Ordinal), f.Items().Where(i => i.Account == Copy).Select(Seen).Order(StringComparer.Ordinal));
        Assert.Equal(Contents(f, Ann), Contents(f, Copy));

        // A disk loses some: they come back in their places.
        f.Server.Settle();
        await f.ScanAsync();
        var server = Mails(f);
        string[] living = Directory.GetFiles(f.Server.Root, "*", SearchOption.AllDirectories).Where(p => Path.GetFileName(Path.GetDirectoryName(p)) == "cur").ToArray();
        Array.Sort(living, StringComparer.Ordinal);
        int lost = 0;
        for (int i = 0; i < living.Length; i += 7, lost++)
        {
            switch (i % 3)
            {
                case 0:
                    File.Delete(living[i]);
                    break;
                case 1:
                    File.WriteAllBytes(living[i], []);
                    break;
                default:
                    byte[] bytes = File.ReadAllBytes(living[i]);
                    bytes[bytes.Length / 2] ^= 1;
                    File.WriteAllBytes(living[i], bytes);
                    break;
            }
        }

        var operation = await f.RunAsync(new BlobRestoreRequest { ReadData = true });
        Assert.Equal((OperationState.Completed, (long)lost, 0L), (operation.State, operation.Report!.Restored, operation.Report.Unrestored));
        Assert.Equal(server, Mails(f));
        await f.AssertCoherentAsync();
    }

    private static string Seen(BackupItem item) => string.Create(
        CultureInfo.InvariantCulture, $"{item.Folder} {item.Flags} {item.Date:o} {item.Size} {item.Digest}");

    private static List<string> Contents(NodeFixture f, string account) =>
        [.. f.Items().Where(i => i.Account == account).Select(i => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Content(i)))).Order(StringComparer.Ordinal)];

    private static List<string> Mails(NodeFixture f) =>
        [.. f.Server.Snapshot().Where(s => s.Key.Contains("/cur/", StringComparison.Ordinal)).Select(s => $"{s.Key} {s.Value.Content} {s.Value.Modified:o}")];
}
