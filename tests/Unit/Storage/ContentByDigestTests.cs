using MailBackup.Model;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public class ContentByDigestTests
{
    [Fact]
    public async Task A_whole_message_and_its_parts_are_found_by_digest_alone()
    {
        using var f = new NodeFixture();
        string split = f.Server.Deliver("ann@example.com", body: new string('x', 4000)), whole = f.Server.Deliver("ann@example.com");
        await f.ScanAsync();
        foreach (string file in (string[])[split, whole])
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            var digest = Digest.Of(bytes);
            Assert.Equal(bytes, Read(f, digest));
            Assert.Equal($"{digest}.eml", f.Node.SuggestFileName(digest));
        }

        byte[] body = (await File.ReadAllBytesAsync(split))[^4000..];
        Assert.Equal(body, Read(f, Digest.Of(body)));
        Assert.EndsWith(".bin", f.Node.SuggestFileName(Digest.Of(body)), StringComparison.Ordinal);
        Assert.Equal(ErrorIds.BlobMissing, Assert.Throws<MailBackupException>(() => f.Node.OpenContent(Digest.Of("none"u8))).ErrorId);
    }

    private static byte[] Read(NodeFixture f, Digest digest)
    {
        using var stream = f.Node.OpenContent(digest);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
