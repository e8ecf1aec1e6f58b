using System.Text.Json;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// Proves one journal: the chain of checksums, the numbering, that every line says something, that folders which items lie in are there; gathers the contents
/// that it names.
/// </summary>
internal sealed class JournalCheck(CheckFindings findings, CheckIndex index, JournalFile journal, string? account, JournalPosition? last)
{
    private const int Batch = 1024;

    private readonly List<(Digest Digest, long Size)> _references = new(Batch);
    private readonly HashSet<long> _folders = [];
    private readonly Dictionary<long, (long Item, long Count)> _strangers = [];

    public void Run(CancellationToken stop)
    {
        var head = new JournalHead(last is null ? 0 : last.NextTransaction - 1, last?.Check ?? "");
        using var reader = JournalReader.From(journal, JournalPosition.Start, (removal, _) => head.See(removal));
        try
        {
            while (reader.TryRead(out var line))
            {
                stop.ThrowIfCancellationRequested();
                findings.Count(1);
                head.See(reader.NextTransaction - 1, line.Bytes.Span);
                CheckLine(line.Bytes.Span, reader, line.Place);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Damaged(journal, account, reader.SegmentPath, $"It cannot be read: {e.Message}");
            return;
        }

        index.AddReferences(_references);
        CheckEnd(reader, head);
        foreach (var (folder, (item, count)) in _strangers)
        {
            findings.Trouble(new(ErrorIds.JournalDamaged, account, item, journal.Segment(1), $"It lies in folder {folder}, which the journal does not have{(count > 1 ? $"; so do {count - 1} more states" : "")}."));
        }
    }

    private void CheckLine(ReadOnlySpan<byte> line, JournalReader reader, JournalPlace place)
    {
        string Place() => $"{reader.SegmentPath} at byte {place.Offset}";
        try
        {
            long number;
            if (journal.Segmented)
            {
                var transaction = TransactionLine.Read(line);
                number = transaction.Id.Value;
                CheckState(transaction);
            }
            else
            {
                number = LineNumber.Read(journal, line);
            }

            if (number != reader.NextTransaction - 1)
            {
                findings.Damaged(journal, account, Place(), $"The line calls itself transaction {number} and is number {reader.NextTransaction - 1}.");
            }
        }
        catch (JsonException e)
        {
            findings.Damaged(journal, account, Place(), $"Transaction {reader.NextTransaction - 1} fits its checksum and says nothing that can be read: {e.Message}");
        }
    }

    private void CheckState(Transaction transaction)
    {
        if (transaction.State is not { } state)
        {
            return;
        }

        if (state.Type == ItemType.Folder)
        {
            _folders.Add(transaction.Item.Value);
        }
        else if (state.Folder is { } folder && !_folders.Contains(folder.Value))
        {
            var known = _strangers.GetValueOrDefault(folder.Value, (transaction.Item.Value, 0));
            _strangers[folder.Value] = (known.Item1, known.Item2 + 1);
        }

        foreach (var (digest, size) in ContentNames.Of(state))
        {
            _references.Add((digest, size));
        }

        if (_references.Count >= Batch)
        {
            index.AddReferences(_references);
        }
    }

    private void CheckEnd(JournalReader reader, JournalHead head)
    {
        string place = $"{reader.SegmentPath} at byte {reader.Position.Offset}";
        bool crashed = head.State == HeadState.Met && reader.EndsInTraceOfCrash(last);
        if (crashed && reader.State == JournalReaderState.Damaged)
        {
            findings.Warning($"{reader.SegmentPath} ends in a part of a batch with a hole in it, as a power failure leaves it; the next scan of the account that saves anything cuts it off.");
        }
        else if (crashed)
        {
            // All that was ever reported as saved is there: a crash left half a batch behind it.
            findings.Warning($"{reader.SegmentPath} ends in a torn line, as a crash leaves it; the next scan cuts it off.");
        }
        else if (reader.State is JournalReaderState.Damaged or JournalReaderState.Torn)
        {
            findings.Damaged(journal, account, place, File.Exists(reader.SegmentPath)
                ? $"Transaction {reader.NextTransaction} does not fit its checksum: it, or a line before or behind it, was altered, removed or torn. What stands behind it is not listed."
                : $"The file is missing: transactions from {reader.NextTransaction} on were in it.");
        }
        else if (head.State == HeadState.NotReached)
        {
            findings.Damaged(
                journal, account, place,
                $"The journal is not what it was at the last scan: it had {head.Transaction} transactions, {reader.NextTransaction - 1} are left.");
        }
        else if (head.State == HeadState.Different)
        {
            findings.Damaged(journal, account, place, $"The journal is not what it was at the last scan: transaction {head.Transaction} is another one now.");
        }
    }
}
