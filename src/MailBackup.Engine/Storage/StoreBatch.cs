using System.Buffers;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The transactions of one committer on their way to being durable together. Several committers may work side by side on one <see cref="StoreWriter"/>, each with a
/// batch of its own and never in one account at a time: what one of them drops, because its source failed, is in nobody's batch and becomes durable with none.
/// One thread at a time.
/// </summary>
internal sealed class StoreBatch(StoreWriter store) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly HashSet<AccountJournal> _journals = [];
    private readonly List<(AccountJournal Account, Transaction Transaction, JournalPlace Place)> _transactions = [];
    private Utf8JsonWriter? _json;

    /// <summary>Journals that have lines to be written.</summary>
    public IReadOnlyCollection<AccountJournal> Journals => _journals;

    public IReadOnlyList<(AccountJournal Account, Transaction Transaction, JournalPlace Place)> Transactions => _transactions;

    /// <summary>Adds a transaction. The blobs that it names have been appended before.</summary>
    /// <param name="state">Null flags the item deleted.</param>
    public void Append(AccountJournal account, ItemId item, ItemState? state, DateTimeOffset start)
    {
        store.RequireWhole();
        var transaction = new Transaction(item, new TransactionId(account.Writer.NextTransaction), start, state);
        var place = account.Writer.Append(TransactionLine.Write(_line, _json ??= TransactionLine.CreateWriter(_line), transaction));
        _journals.Add(account);
        _transactions.Add((account, transaction, place));
    }

    /// <summary>Makes the batch durable. When it returns, everything appended before may be reported as saved.</summary>
    public void Commit()
    {
        store.Commit(this);
        _transactions.Clear();
        _journals.Clear();
    }

    public void Dispose() => _json?.Dispose();
}
