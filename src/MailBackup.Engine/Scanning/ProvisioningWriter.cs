using System.Buffers;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Appends to the journals of accounts, domains, COS and lists, makes many of them durable at once, and writes what <c>account_stat</c> is to know of accounts
/// behind them.
/// </summary>
internal sealed class ProvisioningWriter(BackupLayout layout, AccountRegistry registry, ScanCounts counts) : IDisposable
{
    private const int SyncedAtOnce = 256;

    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly SyncBatch _written = new(layout.Files, layout.Root);
    private readonly Dictionary<Guid, AccountStat> _changed = [];
    private readonly HashSet<Guid> _appended = [];

    /// <summary>Accounts that a transaction was written of.</summary>
    public IReadOnlySet<Guid> Appended => _appended;

    public void AppendAccount(Guid id, AccountStat stat, ProvisioningTransaction transaction)
    {
        var journal = layout.AccountInfo(id);
        var trusted = Matches(journal, stat.Info) ? stat.Info : null;
        var writer = JournalWriter.Open(journal, trusted, layout.Cut, reported: stat.Info);
        Append(writer, transaction);
        Keep(writer);
        _appended.Add(id);
        SetStat(id, stat with { Info = writer.Position });
    }

    /// <summary>What <c>account_stat</c> says from the next <see cref="Commit"/> on.</summary>
    public void SetStat(Guid id, AccountStat stat)
    {
        registry.Set(id, stat);
        _changed[id] = stat;
    }

    public void Append(JournalWriter writer, ProvisioningTransaction transaction)
    {
        using var json = TransactionLine.CreateWriter(_line);
        writer.Append(ProvisioningLine.Write(_line, json, transaction with { Id = new TransactionId(writer.NextTransaction) }));
    }

    /// <summary>Writes out what was appended; it is durable with the next <see cref="Commit"/> at the latest.</summary>
    public void Keep(JournalWriter writer)
    {
        try
        {
            writer.WriteOut(_written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        if (_written.Count >= SyncedAtOnce)
        {
            Sync();
        }
    }

    /// <summary>Makes all of it durable, and counts it as done.</summary>
    public void Commit()
    {
        Sync();
        try
        {
            // Deleted ones first: who is killed in between leaves an address with nobody, not with two.
            foreach (var (id, stat) in _changed.OrderBy(c => !c.Value.Deleted))
            {
                stat.Write(layout, id);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }

        counts.MakeDurable();
    }

    /// <summary>What did not become durable is taken back.</summary>
    public void Dispose() => _written.Dispose();

    private static bool Matches(JournalFile journal, JournalPosition position)
    {
        try
        {
            return JournalReader.Matches(journal, position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JournalReader.UnreadableException(journal.Segment(1), e);
        }
    }

    private void Sync()
    {
        try
        {
            _written.SyncAndClose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }
}
