using System.Text;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// The chain of a journal that is being salvaged, as far as it has been put right: what is appended to it is written into a segment's new lines, and told in the
/// report when it is not what stood there.
/// </summary>
internal sealed class SalvagedChain(JournalFile journal)
{
    private readonly byte[] _check = new byte[LineChecksum.Length];

    public SalvageReport Report { get; } = new();

    /// <summary>The checksum that the next line is chained to.</summary>
    public byte[] Previous { get; private set; } = LineChecksum.Bytes(journal.Name);

    /// <summary>What <see cref="Previous"/> was before the last line, when that was one that fitted as it stood there.</summary>
    public byte[]? BeforeLast { get; private set; }

    /// <summary>Number of the next transaction.</summary>
    public long Expected { get; private set; } = 1;

    public bool Fits(ReadOnlySpan<byte> line) =>
        JournalReader.Fits(line, Previous, _check) && (!RemovalRecord.IsRecord(line) || RemovalRecord.Read(line)?.First == Expected);

    /// <summary>Forgets what was before the last line: it lies in another segment.</summary>
    public void BeginSegment() => BeforeLast = null;

    /// <summary>A line that fits stays as it is.</summary>
    public void Keep(SegmentLines segment, int line)
    {
        var bytes = segment[line].Span;
        byte[] before = Previous;
        segment.Keep(line);
        Advance(bytes, CountOf(bytes));
        BeforeLast = before;
    }

    /// <summary>A header that fits, which is no transaction.</summary>
    public void KeepHeader(SegmentLines segment)
    {
        segment.Keep(0);
        Advance(segment[0].Span, 0);
    }

    /// <summary>A header that was put right.</summary>
    public void AddHeader(SegmentLines segment, byte[] header)
    {
        segment.Add(header);
        Advance(header, 0);
    }

    /// <summary>A line that was put right.</summary>
    public void Correct(SegmentLines segment, byte[] line)
    {
        Report.Corrected.Add(Expected);
        segment.Add(line);
        Advance(line, CountOf(line));
    }

    /// <summary>A line that a copy had.</summary>
    public void Take(SegmentLines segment, byte[] copied)
    {
        Report.Fetched.Add(Expected);
        segment.Add(copied);
        Advance(copied, 1);
    }

    /// <summary>Takes the last line back, which was one that fitted as it stood there, and takes what a copy had instead.</summary>
    public void TakeInstead(SegmentLines segment, byte[] copied)
    {
        segment.TakeBack();
        Previous = BeforeLast!;
        Expected--;
        Take(segment, copied);
    }

    /// <summary>A record of transactions that nobody has, up to one.</summary>
    /// <param name="check">The checksum that what stands behind it is chained to; null: what follows from the record.</param>
    public void Lose(SegmentLines segment, long through, string? check)
    {
        if (through >= Expected)
        {
            Report.Lost.Add((Expected, through));
        }

        if (through >= Expected || check is not null)
        {
            Record(segment, through - Expected + 1, through, through >= Expected ? RemovalReason.Damage : RemovalReason.Unproved, check);
        }
    }

    /// <summary>A line that can be read and whose checksum does not prove it, sealed anew, with a record that leads on to what stands behind it.</summary>
    /// <param name="stated">The checksum that the line after it proves.</param>
    public void KeepUnproved(SegmentLines segment, ReadOnlySpan<byte> payload, long number, byte[] stated)
    {
        Report.Unproved.Add(number);
        Emit(segment, payload, 1);
        Record(segment, 0, number, RemovalReason.Unproved, Encoding.ASCII.GetString(stated));
    }

    /// <summary>Seals a payload and appends it.</summary>
    /// <param name="count">How many transactions it is.</param>
    public void Emit(SegmentLines segment, ReadOnlySpan<byte> payload, long count)
    {
        byte[] line = Seal(payload);
        segment.Add(line);
        Advance(line, count);
    }

    /// <summary>The payload as the next line would be, without its line feed.</summary>
    public byte[] Seal(ReadOnlySpan<byte> payload)
    {
        byte[] line = new byte[payload.Length + LineChecksum.Overhead];
        payload.CopyTo(line);
        LineChecksum.Seal(line, payload.Length, Previous, new byte[LineChecksum.Length]);
        return line[..^1];
    }

    private void Record(SegmentLines segment, long removed, long through, RemovalReason reason, string? check)
    {
        Report.GivesUp = true;
        byte[] record = RemovalRecord.Write(removed, through, 0, DateTimeOffset.UtcNow, reason, Previous, check);
        segment.Add(record);
        Advance(record, removed);
    }

    private void Advance(ReadOnlySpan<byte> line, long transactions)
    {
        byte[] check = new byte[LineChecksum.Length];
        LineChecksum.TryGet(line, check, out _);
        Previous = check;
        BeforeLast = null;
        Expected += transactions;
    }

    private static long CountOf(ReadOnlySpan<byte> line) => RemovalRecord.IsRecord(line) ? RemovalRecord.Read(line)?.Removed ?? 0 : 1;
}
