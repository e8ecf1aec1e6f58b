using System.Diagnostics;
using System.Text.Json;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Storage;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Searching;

/// <summary>
/// Brings the search index up to what the journals hold, batch by batch: what a stopped run has done is kept, and the next goes on from there.
/// An item whose content cannot be read is found by subject and sender, and reported.
/// </summary>
/// <param name="share">Where it lets the realtime scanner in: it changes nothing in the store, and reads journals no further than the catalog did at its start.</param>
internal sealed class SearchIndexing(BackupLayout layout, SearchIndexRequest request, IOperationSink sink, StoreShare share)
{
    /// <summary>New contents of a batch: the more there are, the better their order on the disk.</summary>
    private const int BatchContents = 4096;

    private const int BatchLines = 100_000;

    /// <summary>Documents in one run after which the parts of the index are merged at its end.</summary>
    private const int MergeAfter = 1000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private long _lines, _linesTotal, _contents, _bytes, _errors, _sizeBefore;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        try
        {
            return await RunOnceAsync(request.Rebuild, stop).ConfigureAwait(false);
        }
        catch (SqliteFailure e) when (e.IsDamage && e.File == layout.SearchIndex)
        {
            sink.Warning("The search index was damaged. It has been made anew.");
            (_lines, _contents, _bytes, _errors) = (0, 0, 0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteFailure { IsDamage: false })
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        try
        {
            return await RunOnceAsync(anew: true, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteFailure)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    private async Task<OperationReport> RunOnceAsync(bool anew, CancellationToken stop)
    {
        using var catalog = StoreWriter.OpenCatalog(layout, sink.Warning).Catalog;
        using var writer = new SearchWriter(SearchIndex.OpenOrCreate(layout, anew));
        using var known = new KnownLookup(SearchIndex.OpenExisting(layout)!);
        var extractors = Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount))
            .Select(_ => new ContentExtractor(layout, new KnownLookup(SearchIndex.OpenExisting(layout)!))).ToList();
        using var closing = new Closing(extractors);
        _sizeBefore = Size();
        long before = writer.LastDocument;
        var registry = AccountRegistry.Load(layout);
        var open = Choose(catalog, writer, registry);
        if (open.Count > 0)
        {
            writer.SetComplete(false);
        }

        using var store = new ScanStore(layout, verifyBlobs: false, sink.Warning);
        await using (share.Begin(store, registry).ConfigureAwait(false))
        using (var progress = new Timer(_ => Progress(), null, 250, 250))
        {
            await FollowAsync(() => new IndexBatch(catalog, writer, known, extractors, sink), open, stop).ConfigureAwait(false);
            if (writer.LastDocument - before >= MergeAfter)
            {
                writer.Optimize();
            }
        }

        writer.SetComplete(true);
        return Report();
    }

    /// <summary>The accounts whose journals have grown, in the order of the scan, which is that of their content. Forgets those that are gone.</summary>
    private List<Grown> Choose(Catalog catalog, SearchWriter writer, AccountRegistry registry)
    {
        var known = writer.ListAccounts();
        var present = layout.ListAccounts().ToHashSet();
        var open = new List<Grown>();
        writer.Begin();
        foreach (var (uuid, (id, _)) in known.Where(k => !present.Contains(k.Key)))
        {
            writer.ForgetAccount(id);
        }

        foreach (var uuid in present.OrderBy(a => registry.Stats.GetValueOrDefault(a)?.Name ?? "", StringComparer.Ordinal))
        {
            var journal = layout.ItemJournal(uuid);
            var (id, position) = known.TryGetValue(uuid, out var account) ? account : (0, JournalPosition.Start);
            if (id != 0 && !Read(uuid, position, () => JournalReader.Matches(journal, position), unreadable: true))
            {
                // Another journal than the one that was read: an older copy was put back.
                writer.ForgetAccount(id);
                (id, position) = (0, JournalPosition.Start);
            }

            if (!JournalReader.EndsAt(journal, position))
            {
                id = id != 0 ? id : writer.AddAccount(uuid);
                string name = registry.Stats.GetValueOrDefault(uuid)?.Name ?? uuid.ToString("D");
                open.Add(new Grown(uuid, name, id, position, catalog.Writer.GetAccount(uuid).Position));
                _linesTotal += Math.Max(0, (registry.Stats.GetValueOrDefault(uuid)?.Journal.NextTransaction ?? 1) - position.NextTransaction);
            }
        }

        writer.Commit(writer.LastDocument);
        return open;
    }

    private async Task FollowAsync(
        Func<IndexBatch> begin, List<Grown> accounts, CancellationToken stop)
    {
        var batch = begin();
        foreach (var (uuid, name, id, position, end) in accounts)
        {
            using var reader = JournalReader.From(layout.ItemJournal(uuid), position);
            bool passed = false;
            JournalLine line = default;
            Func<bool> next = () => reader.TryRead(out line);
            while (Read(uuid, reader.Position, next, unreadable: false))
            {
                // Appended since, maybe not durable, nor are its blobs in the catalog: the next run's.
                if (passed = (line.Place.Segment, line.Place.Offset).CompareTo((end.Segment, end.Offset)) >= 0)
                {
                    break;
                }

                try
                {
                    batch.Add(id, name, TransactionLine.Read(line.Bytes.Span));
                }
                catch (JsonException)
                {
                    // The coherency check reports it, and the catalog does not list it either.
                }

                if (batch.Contents >= BatchContents || batch.Lines >= BatchLines)
                {
                    batch.SetPosition(id, reader.Position);
                    await RunAsync(batch, stop).ConfigureAwait(false);
                    batch = begin();
                }
            }

            // A damaged or torn end is read again next time; what is behind it, nobody lists.
            batch.SetPosition(id, passed ? end : reader.Position);
        }

        await RunAsync(batch, stop).ConfigureAwait(false);
    }

    /// <summary>A journal that cannot be read costs its account, and not the search in all others.</summary>
    private bool Read(Guid account, JournalPosition position, Func<bool> read, bool unreadable)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string path = layout.ItemJournal(account).Segment(Math.Max(position.Segment, 1));
            sink.Warning($"{path} cannot be read: {e.Message} What stands behind byte {position.Offset} is not indexed.");
            return unreadable;
        }
    }

    private async Task RunAsync(IndexBatch batch, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        await batch.RunAsync(stop).ConfigureAwait(false);
        _lines += batch.Lines;
        _contents += batch.Contents;
        _bytes += batch.Bytes;
        _errors += batch.Errors;
        sink.Report(Report());
    }

    private long Size() => new FileInfo(layout.SearchIndex) is { Exists: true } file ? file.Length : 0;

    private void Progress() => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Indexing for search",
        ItemsDone = _lines,
        ItemsTotal = Math.Max(_linesTotal, 1),
        BytesDone = _bytes,
    }));

    private OperationReport Report() => new()
    {
        Added = _lines,
        Errors = _errors,
        BytesRead = _bytes,
        BytesStored = Math.Max(0, Size() - _sizeBefore),
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };

    /// <param name="Id">Its number in the index.</param>
    /// <param name="Position">How far it has been indexed.</param>
    /// <param name="End">How far the catalog had read it.</param>
    private sealed record Grown(Guid Account, string Name, long Id, JournalPosition Position, JournalPosition End);

    private sealed class Closing(IEnumerable<IDisposable> parts) : IDisposable
    {
        public void Dispose()
        {
            foreach (var part in parts)
            {
                part.Dispose();
            }
        }
    }
}
