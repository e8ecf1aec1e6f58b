using System.Buffers;
using BenchmarkDotNet.Attributes;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Benchmarks;

/// <summary>Transactions: written to and read from a journal, and followed by the catalog.</summary>
[MemoryDiagnoser]
public class JournalBenchmarks
{
    private const int Transactions = 10_000;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<Transaction> _transactions = [];
    private string _folder = "";
    private JournalFile _written = null!;
    private int _round;

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("mailbackup-bench-").FullName;
        for (int i = 1; i <= Transactions; i++)
        {
            var digest = Digest.Of(BitConverter.GetBytes(i));
            _transactions.Add(new Transaction(new ItemId(i), new TransactionId(i), DateTimeOffset.UnixEpoch.AddSeconds(i), new ItemState
            {
                Type = ItemType.Message,
                Folder = new ItemId(1),
                Subject = $"Minutes of the meeting {i}",
                From = "Ann Example <ann@example.com>",
                Flags = MessageFlags.Seen,
                Date = DateTimeOffset.UnixEpoch.AddSeconds(i),
                Size = 5000,
                Digest = digest,
                Header = digest,
                Body = digest,
                Key = $"cur/17000{i:d5}.M{i}P1.mx,S=5000:2,S",
            }));
        }

        _written = Journal(0);
        Append(_written);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark(OperationsPerInvoke = Transactions)]
    public void AppendLines() => Append(Journal(++_round));

    [Benchmark(OperationsPerInvoke = Transactions)]
    public long ReadAndVerifyLines()
    {
        using var reader = JournalReader.From(_written, JournalPosition.Start);
        long items = 0;
        while (reader.TryRead(out var line))
        {
            items += TransactionLine.Read(line.Bytes.Span).Item.Value;
        }

        return items;
    }

    [Benchmark(OperationsPerInvoke = Transactions)]
    public void CatalogFollows()
    {
        using var catalog = Catalog.OpenOrCreate(new BackupLayout(Path.Combine(_folder, $"catalog{++_round}")));
        var writer = catalog.Writer;
        writer.Begin();
        long account = writer.GetAccount(Guid.NewGuid()).Id;
        foreach (var transaction in _transactions)
        {
            writer.Apply(account, transaction, new JournalPlace(1, transaction.Id.Value * 500, 500));
        }

        writer.Commit();
    }

    private JournalFile Journal(int n) => new("bench", s => Path.Combine(_folder, $"{n}-{s}.jsonl"), Segmented: true);

    private void Append(JournalFile file)
    {
        using var json = TransactionLine.CreateWriter(_buffer);
        var writer = JournalWriter.Open(file, null, _folder);
        foreach (var transaction in _transactions)
        {
            writer.Append(TransactionLine.Write(_buffer, json, transaction));
        }

        using var batch = new SyncBatch(DiskFiles.Instance, _folder);
        writer.WriteOut(batch);
    }
}
