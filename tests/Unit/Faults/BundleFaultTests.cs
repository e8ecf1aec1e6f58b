using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Tests.Faults;

/// <summary>Power failures in the middle of a batch of many bundles.</summary>
public class BundleFaultTests
{
    /// <summary>
    /// Scans commit every two seconds or later, and a fast one fills several bundles in that time. What the failure has taken of them must not count as stored,
    /// whichever bundle it lay in and however the catalog is read anew.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_batch_of_many_bundles_nothing_counts_as_stored_that_a_power_failure_took(bool anew)
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            using var store = new FaultyStore(random);
            var saved = Enumerable.Range(0, 2).Select(_ => Incompressible(random, 7_000)).ToList();
            Store(store, saved, commit: true);
            store.Files.Set(Fault.PowerFailure, random.Next(4, 60));
            Assert.Throws<Crashed>(() => Store(store, Enumerable.Repeat(0, 60).Select(_ => Incompressible(random, 7_000)), commit: false));
            store.Files.Restart();
            if (anew)
            {
                File.Delete(store.Layout.Catalog);
            }

            using var writer = StoreWriter.Open(store.Layout);
            Assert.All(saved, c => Assert.NotNull(writer.Catalog.FindBlob(Digest.Of(c))));
            using var db = writer.Catalog.Connect();
            using var select = db.Prepare("SELECT digest FROM blob");
            while (select.Step())
            {
                var digest = select.Digest(0)!.Value;
                Assert.True(BundleReader.IsIntact(store.Layout, digest, writer.Catalog.FindBlob(digest)!.Value), $"Seed {seed}: {digest} counts as stored.");
            }
        }
    }

    private static void Store(FaultyStore store, IEnumerable<byte[]> contents, bool commit)
    {
        using var writer = StoreWriter.Open(store.Layout);
        foreach (byte[] content in contents)
        {
            writer.Blobs.Store(Digest.Of(content), content);
        }

        if (commit)
        {
            writer.Commit();
        }
    }

    private static byte[] Incompressible(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
