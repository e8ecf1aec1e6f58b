using System.Collections.Concurrent;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance;

/// <summary>
/// Reads all of a backup path and proves it: every line of every journal against its checksum, every blob against its digest, every reference from a
/// transaction to its content. Changes nothing. What is wrong is told with file and offset, and with the items that it costs.
/// </summary>
internal sealed class CoherencyCheck(BackupLayout layout, CheckRequest request, IOperationSink sink)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly ConcurrentDictionary<Digest, bool> _broken = new();
    private long _checked, _errors, _bytes, _bytesTotal;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        using var catalog = StoreWriter.OpenCatalog(layout, sink.Warning).Catalog;
        var accounts = ChooseAccounts();
        var bundles = layout.ListBundles();
        _bytesTotal = bundles.Sum(b => new FileInfo(layout.Bundle(b)).Length);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
        await Parallel.ForEachAsync(bundles, parallel, (bundle, token) =>
        {
            CheckBundle(catalog, bundle, token);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        foreach (var kind in (ProvisioningKind[])[ProvisioningKind.Domain, ProvisioningKind.ClassOfService, ProvisioningKind.DistributionList])
        {
            CheckJournal(layout.ProvisioningJournal(kind), null, null, line => ProvisioningLine.Read(line));
        }

        foreach (var (id, stat) in accounts)
        {
            stop.ThrowIfCancellationRequested();
            CheckJournal(layout.AccountInfo(id), stat.Name, stat.Info, line => ProvisioningLine.Read(line));
            CheckJournal(layout.ItemJournal(id), stat.Name, stat.Journal, line => CheckReferences(catalog, stat.Name, TransactionLine.Read(line)));
        }

        return Report();
    }

    private List<KeyValuePair<Guid, AccountStat>> ChooseAccounts()
    {
        var registry = AccountRegistry.Load(layout);
        foreach (string name in request.Accounts)
        {
            _ = registry.Find(name) ?? throw new MailBackupException(
                ErrorIds.AccountNotFound, $"The backup has no account {name}.", "See 'mailbackup accounts' for the names that are known.", name);
        }

        return [.. registry.Stats.Where(s => request.Accounts.Count == 0 || request.Accounts.Contains(s.Value.Name, StringComparer.OrdinalIgnoreCase))];
    }

    private void CheckBundle(Catalog catalog, int bundle, CancellationToken token)
    {
        string path = layout.Bundle(bundle);
        BundleReader.Walk(path, bundle, 0, (digest, location, whole) =>
        {
            token.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _checked);
            if (!whole)
            {
                Trouble(new ItemTrouble(ErrorIds.BlobDamaged, null, null, $"{path} at byte {location.Offset}", $"{location.Length} bytes are no content."));
            }
            else if (!BundleReader.IsIntact(layout, digest, location))
            {
                // Another copy may be intact: what counts is the one that the catalog names.
                if (catalog.FindBlob(digest) is not { } listed || listed == location)
                {
                    _broken[digest] = true;
                    Trouble(new ItemTrouble(ErrorIds.BlobDamaged, null, null, $"{path} at byte {location.Offset}", $"The content {digest} is damaged."));
                }
            }

            Progress(Interlocked.Add(ref _bytes, location.Length));
        });
    }

    private void CheckJournal(JournalFile journal, string? account, JournalPosition? last, LineCheck check)
    {
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        while (reader.TryRead(out var line))
        {
            _checked++;
            try
            {
                check(line.Bytes.Span);
            }
            catch (JsonException e)
            {
                Trouble(new ItemTrouble(ErrorIds.JournalDamaged, account, null, $"{reader.SegmentPath} at byte {line.Place.Offset}", e.Message));
            }
        }

        if (reader.State == JournalReaderState.Torn && last is not null && JournalReader.Matches(journal, last))
        {
            // All that was ever reported as saved is there: a crash left half a batch behind it.
            sink.Warning($"{reader.SegmentPath} ends in a torn line, as a crash leaves it; the next scan cuts it off.");
        }
        else if (reader.State is JournalReaderState.Damaged or JournalReaderState.Torn)
        {
            Trouble(new ItemTrouble(
                ErrorIds.JournalDamaged, account, null, $"{reader.SegmentPath} at byte {reader.Position.Offset}",
                "A line does not fit its checksum: it, or a line before or behind it, was altered, removed or torn."));
        }
        else if (last is not null && !JournalReader.Matches(journal, last))
        {
            Trouble(new ItemTrouble(
                ErrorIds.JournalDamaged, account, null, journal.Segment(Math.Max(last.Segment, 1)),
                $"The journal is not what it was at the last scan: it had {last.NextTransaction - 1} transactions, {reader.Position.NextTransaction - 1} are left."));
        }
    }

    private void CheckReferences(Catalog catalog, string account, Transaction transaction)
    {
        if (transaction.State is not { Digest: { } whole } state)
        {
            return;
        }

        foreach (var digest in state.Header is { } header && state.Body is { } body ? (Digest[])[header, body] : [whole])
        {
            if (_broken.ContainsKey(digest))
            {
                Trouble(new ItemTrouble(ErrorIds.BlobDamaged, account, transaction.Item.Value, state.Subject, $"Its content {digest} is damaged."));
            }
            else if (catalog.FindBlob(digest) is not { } location || !BundleReader.IsThere(layout, digest, location))
            {
                Trouble(new ItemTrouble(ErrorIds.BlobMissing, account, transaction.Item.Value, state.Subject, $"Its content {digest} is missing."));
            }
        }
    }

    private void Trouble(ItemTrouble trouble)
    {
        Interlocked.Increment(ref _errors);
        sink.Trouble(trouble);
    }

    private void Progress(long bytes) => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Checking",
        ItemsDone = bytes >> 10,
        ItemsTotal = Math.Max(_bytesTotal >> 10, 1),
        BytesDone = bytes,
    }));

    private OperationReport Report() => new()
    {
        Checked = Interlocked.Read(ref _checked),
        Errors = Interlocked.Read(ref _errors),
        BytesRead = Interlocked.Read(ref _bytes),
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };

    private delegate void LineCheck(ReadOnlySpan<byte> line);
}
