using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Purging;

/// <summary>
/// Gives the room of dead content back: what is left of a mostly dead bundle is appended to the newest one, and the bundle goes when the grace period
/// is over, so that a copy of the path that was begun before still finds it.
/// </summary>
internal sealed class BundleCompaction(StoreWriter store, PurgeLog log, DigestSet live, IOperationSink sink)
{
    private readonly BackupLayout _layout = store.Layout;

    /// <summary>Something that is named has no place in the catalog: it may be in what cannot be read of a bundle.</summary>
    private bool _unlisted;

    /// <inheritdoc cref="PurgeRun.BeforeStep"/>
    public Action<string> BeforeStep { get; init; } = _ => { };

    /// <summary>Bytes of bundles that are gone.</summary>
    public long BytesFreed { get; private set; }

    /// <summary>Bytes of bundles that go when their grace is over.</summary>
    public long BytesWaiting { get; private set; }

    /// <summary>Bytes of content in all bundles, and of it those that nothing names.</summary>
    public static long DeadBytes(Catalog catalog, DigestSet live)
    {
        long dead = 0;
        Visit(catalog, live, (_, length, alive) => dead += alive ? 0 : length);
        return dead;
    }

    /// <param name="percent">Dead share from which a bundle is written anew.</param>
    /// <param name="grace">How long a bundle that is no longer needed stays.</param>
    public void Run(int percent, TimeSpan grace, DateTimeOffset now, CancellationToken stop)
    {
        var marks = ObsoleteBundles.Read(_layout);
        var needed = new Dictionary<int, long>();
        long listed = 0;
        Visit(store.Catalog, live, (bundle, length, alive) =>
        {
            listed += alive ? 1 : 0;
            needed[bundle] = needed.GetValueOrDefault(bundle) + (alive ? length : 0);
        });
        _unlisted = live.Count > listed;
        var bundles = _layout.ListBundles();
        foreach (int gone in marks.Keys.Except(bundles).ToList())
        {
            marks.Remove(gone);
        }

        // The newest is still being written. Those that give most room back come first.
        var candidates = bundles.SkipLast(1)
            .Select(b => (Bundle: b, Length: new FileInfo(_layout.Bundle(b)).Length, Needed: needed.GetValueOrDefault(b)))
            .Where(b => marks.ContainsKey(b.Bundle) || (b.Length - b.Needed) * 100 >= b.Length * Math.Max(percent, 1))
            .OrderBy(b => b.Needed).ToList();
        foreach (var (bundle, length, _) in candidates)
        {
            stop.ThrowIfCancellationRequested();
            if (Empty(bundle, stop) is not { } moved)
            {
                continue;
            }

            if (moved > 0 || !marks.TryGetValue(bundle, out var since))
            {
                marks[bundle] = since = now;
            }

            if (now - since >= grace)
            {
                Remove(bundle, now);
                marks.Remove(bundle);
                BytesFreed += length;
            }
            else
            {
                BytesWaiting += length;
            }

            ObsoleteBundles.Write(_layout, marks);
        }
    }

    private static void Visit(Catalog catalog, DigestSet live, Action<int, long, bool> visit)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare("SELECT digest, bundle, length FROM blob");
        while (select.Step())
        {
            visit(select.Int32(1), select.Int64(2), select.Digest(0) is { } digest && live.Contains(digest));
        }
    }

    /// <summary>Moves what is still needed of a bundle elsewhere, and lets nobody rely on the rest of it any more.</summary>
    /// <returns>How many blobs were moved; null when one of them is damaged, or may be in what is no blob any more: then the bundle stays as it is.</returns>
    private int? Empty(int bundle, CancellationToken stop)
    {
        string path = _layout.Bundle(bundle);
        int moved = 0;
        bool damaged = false;
        BundleReader.Walk(path, bundle, 0, (digest, location, whole) =>
        {
            stop.ThrowIfCancellationRequested();
            if (damaged || (whole ? !live.Contains(digest) || (store.Catalog.FindBlob(digest) ?? location) != location : !_unlisted))
            {
                return;
            }

            if (!whole || !BundleReader.IsIntact(_layout, digest, location))
            {
                damaged = true;
                sink.Trouble(new ItemTrouble(
                    ErrorIds.BlobDamaged, null, null, $"{path} at byte {location.Offset}",
                    $"{(whole ? $"The content {digest} is damaged" : "What stands there is no blob, and contents are missing that may be in it")}; the bundle is left as it is. Run 'mailbackup check'."));
                return;
            }

            BeforeStep("move blob");
            store.Blobs.Move(digest, location);
            moved++;
        });
        BeforeStep("commit blobs");
        store.Commit();
        if (damaged)
        {
            return null;
        }

        BeforeStep("forget bundle");
        store.Catalog.Writer.ForgetBundle(bundle);
        return moved;
    }

    private void Remove(int bundle, DateTimeOffset now)
    {
        BeforeStep("log bundle");
        log.Append(new PurgeRecord(now, [], [], [bundle]));
        BeforeStep("delete bundle");
        _layout.Files.Delete(_layout.Bundle(bundle));
    }
}
