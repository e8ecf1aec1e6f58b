using System.Collections.Concurrent;
using System.Threading.Channels;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Searching;

/// <summary>
/// A run of journal lines on their way into the index. Contents are read in the order in which they lie in the bundles, on every core; one thread,
/// the caller's, writes. All of it is one transaction of the database, with the positions in the journals.
/// </summary>
internal sealed class IndexBatch(Catalog catalog, SearchWriter writer, KnownLookup known, IReadOnlyList<ContentExtractor> extractors, IOperationSink sink)
{
    /// <summary>Documents that wait for the writer: what bounds the memory, because each may have a megabyte of text.</summary>
    private const int Waiting = 8;

    private readonly Dictionary<ContentKey, IndexContent> _contents = [];
    private readonly List<(long Document, long Account, Transaction Transaction)> _known = [];
    private readonly Dictionary<long, JournalPosition> _positions = [];
    private readonly ConcurrentDictionary<ContentKey, long> _claims = new();
    private long _lastDocument = writer.LastDocument;
    private long _bytes, _errors, _done;

    public int Contents => _contents.Count;

    public int Lines { get; private set; }

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Contents read so far.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <param name="account">Its number in the index.</param>
    public void Add(long account, string name, Transaction transaction)
    {
        Lines++;
        if (transaction.State is not { Digest: { } digest } state)
        {
            // A folder, or a deletion, which the catalog knows.
            return;
        }

        var key = ContentKey.OfItem(state, digest);
        if (_contents.TryGetValue(key, out var content))
        {
            content.Entries.Add((account, transaction));
        }
        else if (known.Find(key) is { } document)
        {
            _known.Add((document, account, transaction));
        }
        else
        {
            content = new IndexContent(key, state, name, transaction.Item)
            {
                Head = catalog.FindBlob(state.Header ?? digest),
                Body = state.Body is { } body ? catalog.FindBlob(body) : null,
            };
            content.Entries.Add((account, transaction));
            _contents.Add(key, content);
        }
    }

    public void SetPosition(long account, JournalPosition position) => _positions[account] = position;

    /// <summary>Brings the batch into the index. When stopped, nothing of it is.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        writer.Begin();
        try
        {
            await WriteDocumentsAsync(stop).ConfigureAwait(false);
            foreach (var content in _contents.Values)
            {
                foreach (var (account, transaction) in content.Entries)
                {
                    writer.AddEntry(content.Document, account, transaction);
                }

                Remember(content);
            }

            foreach (var (document, account, transaction) in _known)
            {
                writer.AddEntry(document, account, transaction);
            }

            foreach (var (account, position) in _positions)
            {
                writer.SetPosition(account, position);
            }

            writer.Commit(_lastDocument);
        }
        catch
        {
            writer.Rollback();
            throw;
        }
    }

    public long NextDocument() => Interlocked.Increment(ref _lastDocument);

    /// <summary>Gives a content its document. False when one with the same words is there.</summary>
    /// <param name="lookup">The calling thread's own.</param>
    public bool Claim(IndexContent content, KnownLookup lookup)
    {
        if (content.Words is not { } words)
        {
            content.Document = NextDocument();
            return true;
        }

        if (!_claims.TryGetValue(words, out long document))
        {
            document = lookup.Find(words) ?? 0;
            if (document == 0)
            {
                long own = NextDocument();
                document = _claims.GetOrAdd(words, own);
                content.Document = document;
                return document == own;
            }
        }

        content.Document = document;
        return false;
    }

    public void Trouble(IndexContent content, Exception e)
    {
        Interlocked.Increment(ref _errors);
        var fault = e as MailBackupException;
        sink.Trouble(new ItemTrouble(
            fault?.ErrorId ?? (e is InvalidDataException ? ErrorIds.BlobDamaged : e is IOException ? ErrorIds.BlobMissing : ErrorIds.InternalError),
            content.Account, content.Item.Value, content.State.Subject,
            $"Only its subject and sender can be searched: {fault?.Problem ?? e.Message}"));
    }

    private void Remember(IndexContent content)
    {
        if (content.Failed)
        {
            return;
        }

        writer.AddKnown(content.Key, content.Document);
        if (content.Words is { } words)
        {
            writer.AddKnown(words, content.Document);
        }
    }

    private async Task WriteDocumentsAsync(CancellationToken stop)
    {
        var order = _contents.Values.OrderBy(c => c.Head?.Bundle ?? -1).ThenBy(c => c.Head?.Offset ?? 0).ToArray();
        if (order.Length == 0)
        {
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var documents = Channel.CreateBounded<IndexedDocument>(new BoundedChannelOptions(Waiting) { SingleReader = true });
        int next = 0;
        var workers = extractors
            .Select(e => Task.Run(() => ExtractAsync(e, order, () => Interlocked.Increment(ref next) - 1, documents.Writer, end.Token), CancellationToken.None))
            .ToArray();

        var all = Task.WhenAll(workers);
        _ = all.ContinueWith(t => documents.Writer.TryComplete(t.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var document in documents.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                writer.Add(document);
            }
        }
        catch
        {
            await end.CancelAsync().ConfigureAwait(false);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await all.ConfigureAwait(false);
    }

    private async Task ExtractAsync(
        ContentExtractor extractor, IndexContent[] order, Func<int> next, ChannelWriter<IndexedDocument> documents, CancellationToken stop)
    {
        for (int i = next(); i < order.Length; i = next())
        {
            stop.ThrowIfCancellationRequested();
            long before = extractor.Bytes;
            if (extractor.Extract(order[i], this) is { } document)
            {
                await documents.WriteAsync(document, stop).ConfigureAwait(false);
            }

            Interlocked.Add(ref _bytes, extractor.Bytes - before);
            Interlocked.Increment(ref _done);
        }
    }
}
