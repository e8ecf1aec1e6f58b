using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MailBackup.Model;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public sealed class BundleTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BackupLayout _layout;

    public BundleTests() => _layout = new BackupLayout(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_member_is_plain_gzip_and_says_its_digest_and_length()
    {
        var content = Encoding.ASCII.GetBytes("Hello, bundle.\r\n");
        var location = Store(content);
        var bundle = File.ReadAllBytes(_layout.Bundle(0));
        var member = bundle.AsSpan((int)location.Offset, (int)location.Length);
        Assert.True(GzipMember.TryReadHeader(member, out var header));
        Assert.Equal(new GzipMemberHeader(Digest.Of(content), member.Length, content.Length), header);
        using var gzip = new GZipStream(new MemoryStream(member.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        Assert.Equal(content, plain.ToArray());
    }

    [Fact]
    public void A_blob_is_stored_once_and_survives_a_new_catalog()
    {
        var one = Encoding.ASCII.GetBytes(new string('a', 3000));
        using (var store = StoreWriter.Open(_layout))
        {
            store.Blobs.Store(Digest.Of(one), one);
            store.Blobs.Store(Digest.Of(one), one);
            store.Commit();
            store.Blobs.Store(Digest.Of(one), one);
            store.Commit();
        }

        long length = new FileInfo(_layout.Bundle(0)).Length;
        Directory.Delete(_layout.State, recursive: true);
        using (var store = StoreWriter.Open(_layout))
        {
            store.Blobs.Store(Digest.Of(one), one);
            store.Commit();
            Assert.Equal(one, Read(store.Catalog, Digest.Of(one)));
        }

        Assert.Equal(length, new FileInfo(_layout.Bundle(0)).Length);
    }

    [Fact]
    public void A_bundle_torn_at_every_byte_of_its_last_member_is_cut_and_goes_on()
    {
        var first = Encoding.ASCII.GetBytes("first");
        var second = Encoding.ASCII.GetBytes("second");
        Store(first);
        long whole = new FileInfo(_layout.Bundle(0)).Length;
        Store(second);
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        for (long length = whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_layout.Bundle(0), bytes[..(int)length]);
            Directory.Delete(_layout.State, recursive: true);
            using var store = StoreWriter.Open(_layout);
            Assert.Null(store.Catalog.FindBlob(Digest.Of(second)));
            Assert.Equal(first, Read(store.Catalog, Digest.Of(first)));
            store.Blobs.Store(Digest.Of(second), second);
            store.Commit();
            Assert.Equal(second, Read(store.Catalog, Digest.Of(second)));
            Assert.Equal(bytes, File.ReadAllBytes(_layout.Bundle(0)));
        }
    }

    /// <summary>A power failure may keep a file's length and lose its content: what cannot be proved does not count as stored.</summary>
    [Fact]
    public void Unproved_content_behind_the_last_commit_is_not_trusted()
    {
        Store(Encoding.ASCII.GetBytes("first"));
        var lost = Encoding.ASCII.GetBytes(new string('l', 2000));
        var kept = Encoding.ASCII.GetBytes("kept");
        BlobLocation location;
        byte[] bytes;
        using (var store = StoreWriter.Open(_layout))
        {
            location = store.Blobs.Store(Digest.Of(lost), lost).Wait();
            store.Blobs.Store(Digest.Of(kept), kept).Wait();
            bytes = File.ReadAllBytes(_layout.Bundle(0));
        }

        // An orderly end takes back what did not become durable; a crash leaves it.
        Assert.True(new FileInfo(_layout.Bundle(0)).Length < bytes.Length);
        bytes.AsSpan((int)location.Offset + GzipMember.HeaderLength, 8).Clear();
        File.WriteAllBytes(_layout.Bundle(0), bytes);
        using (var store = StoreWriter.Open(_layout))
        {
            Assert.Null(store.Catalog.FindBlob(Digest.Of(lost)));
            Assert.Equal(kept, Read(store.Catalog, Digest.Of(kept)));
            store.Blobs.Store(Digest.Of(lost), lost);
            store.Commit();
            Assert.Equal(lost, Read(store.Catalog, Digest.Of(lost)));
        }
    }

    [Fact]
    public void Damage_in_the_middle_hides_only_itself()
    {
        var contents = Enumerable.Range(0, 5).Select(i => Encoding.ASCII.GetBytes($"content {i}")).ToList();
        var locations = contents.ConvertAll(Store);
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        bytes[(int)locations[2].Offset] = 0;
        File.WriteAllBytes(_layout.Bundle(0), bytes);
        Directory.Delete(_layout.State, recursive: true);
        using var store = StoreWriter.Open(_layout);
        Assert.Null(store.Catalog.FindBlob(Digest.Of(contents[2])));
        foreach (int i in (int[])[0, 1, 3, 4])
        {
            Assert.Equal(contents[i], Read(store.Catalog, Digest.Of(contents[i])));
        }

        Assert.Equal(bytes.Length, new FileInfo(_layout.Bundle(0)).Length);
    }

    /// <summary>A reported blob may rot, also the last one: when the catalog is made anew it is not listed, and nobody cuts it off.</summary>
    [Fact]
    public void A_rotted_blob_at_the_end_stays_where_it_is()
    {
        Store(Encoding.ASCII.GetBytes("first"));
        var last = Store(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500))));
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        bytes[(int)last.Offset + GzipMember.HeaderLength + 9] ^= 4;
        File.WriteAllBytes(_layout.Bundle(0), bytes);
        Directory.Delete(_layout.State, recursive: true);
        var more = Encoding.ASCII.GetBytes("more");
        using (var store = StoreWriter.Open(_layout))
        {
            Assert.Null(store.Catalog.FindBlob(Digest.Of(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500))))));
            store.Blobs.Store(Digest.Of(more), more);
            store.Commit();
            Assert.Equal(more, Read(store.Catalog, Digest.Of(more)));
        }

        Assert.Equal(bytes, File.ReadAllBytes(_layout.Bundle(0))[..bytes.Length]);
    }

    /// <summary>A header that rotted looks like the torn end of a crash: it goes, so that the next blob can be found, but not without a trace.</summary>
    [Fact]
    public void What_is_cut_off_a_bundle_is_set_aside()
    {
        Store(Encoding.ASCII.GetBytes("first"));
        var last = Store(Encoding.ASCII.GetBytes("second"));
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        bytes[(int)last.Offset] ^= 4;
        File.WriteAllBytes(_layout.Bundle(0), bytes);
        Directory.Delete(_layout.State, recursive: true);
        StoreWriter.Open(_layout).Dispose();
        Assert.Equal(last.Offset, new FileInfo(_layout.Bundle(0)).Length);
        Assert.Equal(bytes[(int)last.Offset..], File.ReadAllBytes(Assert.Single(Directory.GetFiles(_layout.Cut))));
    }

    /// <summary>A device that fails for a while must cost nothing.</summary>
    [Fact]
    public void What_the_device_does_not_give_out_is_not_taken_for_broken()
    {
        var content = Encoding.ASCII.GetBytes("first");
        Store(content);
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        Directory.Delete(_layout.State, recursive: true);
        var failing = new FailingLayout(_folder.Path, _folder.Path);
        Assert.Equal(ErrorIds.BlobUnreadable, Assert.Throws<MailBackupException>(() => StoreWriter.Open(failing)).ErrorId);
        Assert.Equal(bytes, File.ReadAllBytes(_layout.Bundle(0)));
        using var store = StoreWriter.Open(_layout);
        Assert.Equal(content, Read(store.Catalog, Digest.Of(content)));
    }

    /// <summary>Whoever has the same content must not wait for one who could not look whether it is there.</summary>
    [Fact]
    public void A_look_that_fails_lets_nobody_wait()
    {
        var content = Encoding.ASCII.GetBytes("first");
        Store(content);
        using var catalog = StoreReader.OpenCatalog(_layout, null);
        var failing = new FailingLayout(_folder.Path, null);
        using var blobs = new BlobStore(failing, catalog, new BundleAppender(_layout, 0, new FileInfo(_layout.Bundle(0)).Length)) { VerifyKnown = true };
        for (int i = 0; i < 2; i++)
        {
            Assert.Throws<InvalidOperationException>(() => blobs.Store(Digest.Of(content), content));
        }
    }

    /// <summary>A process that is killed while it takes a large mail in leaves no 2 GiB behind.</summary>
    [Fact]
    public void A_spool_file_has_no_name()
    {
        using var store = StoreWriter.Open(_layout);
        using var spool = store.Blobs.OpenSpool();
        spool.Write("large"u8);
        spool.Flush();
        Assert.Empty(Directory.GetFiles(_layout.Spool));
        spool.Position = 0;
        Assert.Equal("large", new StreamReader(spool).ReadToEnd());
    }

    [Fact]
    public void Damaged_content_is_an_error_and_never_wrong_content()
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500)));
        var location = Store(content);
        var bytes = File.ReadAllBytes(_layout.Bundle(0));
        using var store = StoreWriter.Open(_layout);
        for (int at = (int)location.Offset + GzipMember.HeaderLength; at < bytes.Length; at += 7)
        {
            var broken = bytes.ToArray();
            broken[at] ^= 0x10;
            File.WriteAllBytes(_layout.Bundle(0), broken);
            Assert.Equal(ErrorIds.BlobDamaged, Assert.Throws<MailBackupException>(() => Read(store.Catalog, Digest.Of(content))).ErrorId);
        }
    }

    [Fact]
    public void A_bundle_is_sealed_at_64_MiB()
    {
        using var store = StoreWriter.Open(_layout);
        var random = new Random(3);
        var digests = new List<Digest>();
        for (int i = 0; i < 36; i++)
        {
            var content = new byte[2 << 20];
            random.NextBytes(content);
            digests.Add(Digest.Of(content));
            store.Blobs.Store(digests[^1], content);
        }

        store.Commit();
        Assert.InRange(new FileInfo(_layout.Bundle(0)).Length, BundleAppender.SealBytes, BundleAppender.SealBytes + (3 << 20));
        Assert.True(File.Exists(_layout.Bundle(1)));
        Assert.All(digests, d => Assert.Equal(d, Digest.Of(Read(store.Catalog, d))));
    }

    [Fact]
    public void Members_come_out_with_public_tools()
    {
        Store(Encoding.ASCII.GetBytes("something before"));
        var location = Store(Encoding.ASCII.GetBytes("found with tail, head and gunzip"));
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"tail -c +{location.Offset + 1} '{_layout.Bundle(0)}' | head -c {location.Length} | gunzip");
        using var process = Process.Start(start)!;
        Assert.Equal("found with tail, head and gunzip", process.StandardOutput.ReadToEnd());
    }

    /// <summary>Whatever a message looks like, its parts are the message.</summary>
    [Fact]
    public void Header_and_body_make_the_message()
    {
        var pieces = Gen.Elements("Subject: x", "\r\n", "\n", "\r", "", "\r\n\r\n", "\n\n", "body ", new string('b', 2000), "\0", "ü");
        var messages = pieces.ListOf().Select(p => Encoding.UTF8.GetBytes(string.Concat(p)));
        Prop.ForAll(messages.ToArbitrary(), message =>
        {
            int split = MessageSplit.Find(message, message.Length);
            int empty = Math.Min(IndexAfter(message, "\n\n"u8), IndexAfter(message, "\n\r\n"u8));
            bool pays = empty < int.MaxValue && message.Length - empty >= MessageSplit.MinimumBody;
            return split == (pays ? empty : 0);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Base64_is_told_from_text()
    {
        var random = new byte[60_000];
        new Random(5).NextBytes(random);
        var base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(random, Base64FormattingOptions.InsertLineBreaks));
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"Line {i} of a plain mail, as people write them.\r\n")));
        Assert.True(BlobCompressor.IsMostlyBase64(base64));
        Assert.False(BlobCompressor.IsMostlyBase64(text));
        Assert.False(BlobCompressor.IsMostlyBase64([.. text, .. base64.AsSpan(0, 20_000)]));
    }

    private static int IndexAfter(byte[] message, ReadOnlySpan<byte> mark) =>
        message.AsSpan().IndexOf(mark) is var at and >= 0 ? at + mark.Length : int.MaxValue;

    /// <summary>Blobs lie where they cannot be read: a folder in place of the bundle, or (null) worse.</summary>
    private sealed class FailingLayout(string root, string? blobs) : BackupLayout(root)
    {
        internal override string BlobFile(Digest digest, BlobLocation location) => blobs ?? throw new InvalidOperationException("Fails.");
    }

    private BlobLocation Store(byte[] content)
    {
        using var store = StoreWriter.Open(_layout);
        var location = store.Blobs.Store(Digest.Of(content), content).Wait();
        store.Commit();
        return location;
    }

    private byte[] Read(Catalog catalog, Digest digest)
    {
        using var stream = new ContentReader(_layout, catalog).OpenBlob(digest);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
