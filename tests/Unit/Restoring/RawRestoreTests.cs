using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Restoring;

/// <summary>Messages of which nothing is known but the digest of their content.</summary>
public class RawRestoreTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Messages_come_back_by_digest_into_a_folder_of_another_account_without_metadata()
    {
        using var f = new NodeFixture();
        string small = f.Server.Deliver(Ann, flags: "FS", subject: "Small");
        f.Server.Deliver(Ann, ".Work");
        string split = f.Server.Deliver(Ann, flags: "FS", subject: "Split", body: new string('x', 5000));
        f.Server.Deliver(Bob);
        await f.ScanAsync();
        byte[][] contents = [File.ReadAllBytes(small), File.ReadAllBytes(split)];
        var digests = f.Items().Where(i => i.Account == Ann && i.Folder == "INBOX").Select(i => i.Digest!.Value.ToString()).ToList();
        File.Delete(small);
        File.Delete(split);

        var operation = await f.RunAsync(new RawRestoreRequest { Account = Bob, Digests = digests, Folder = "Found/again" });
        Assert.Equal((OperationState.Completed, 2L), (operation.State, operation.Report!.Restored));
        string[] files = Directory.GetFiles(Path.Combine(f.Server.Folder(Bob, ".Found.again"), "cur"));
        Assert.Equal(contents.Select(Convert.ToHexString).Order(StringComparer.Ordinal), files.Select(p => Convert.ToHexString(File.ReadAllBytes(p))).Order(StringComparer.Ordinal));
        await f.ScanAsync();
        Assert.All(f.Items().Where(i => i.Folder == "Found/again"), i => Assert.Equal((MessageFlags.None, 0), (i.Flags, i.Tags.Count)));
    }

    [Fact]
    public async Task A_blob_that_no_line_names_is_restored_and_a_damaged_one_writes_nothing()
    {
        using var f = new NodeFixture();
        string lost = f.Server.Deliver(Ann, subject: "Lost");
        await f.ScanAsync();
        string digest = f.Items().Single().Digest!.Value.ToString();
        byte[] content = File.ReadAllBytes(lost);
        File.Delete(lost);

        // The account's journal and all that follows it are gone; the content is in its bundle.
        Directory.Delete(f.Layout.Account(f.Layout.ListAccounts().Single()), recursive: true);
        Directory.CreateDirectory(f.Server.Folder(Bob));
        f.Reopen();
        var request = new RawRestoreRequest { Account = Bob, Digests = [digest] };
        Assert.Equal(1, (await f.RunAsync(request)).Report!.Restored);
        string folder = Path.Combine(f.Server.Folder(Bob, ".Restored"), "cur");
        Assert.Equal(content, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder))));

        using (var bundle = File.OpenWrite(f.Layout.Bundle(0)))
        {
            bundle.Position = 80;
            bundle.Write("damage damage damage"u8);
        }

        Directory.Delete(f.Server.Folder(Bob, ".Restored"), recursive: true);
        var broken = await f.RunAsync(request);
        Assert.Equal((OperationState.CompletedWithErrors, 1L), (broken.State, broken.Report!.Unrestored));
        Assert.Equal(ErrorIds.BlobDamaged, Assert.Single(broken.Report.Troubles).ErrorId);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("nonsense", ErrorIds.ArgumentInvalid)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ErrorIds.BlobMissing)]
    public async Task A_digest_that_is_none_or_unknown_is_told(string digest, string error)
    {
        using var f = new NodeFixture();
        f.Server.Deliver(Ann);
        await f.ScanAsync();
        var operation = await f.RunAsync(new RawRestoreRequest { Account = Ann, Digests = [digest] });
        Assert.Equal(error, operation.ErrorId ?? operation.Report!.Troubles.Single().ErrorId);
    }
}
