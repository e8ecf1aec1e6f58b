using System.Text;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Rewrites a damaged journal from what is intact in it and in copies of it. Lines that fit stay byte for byte as they are; what is damaged goes to
/// quarantine first; a <see cref="RemovalRecord"/> stands for what nobody has. Only segments that change are written, each to a new file that takes the place
/// of the old one at once, and the segments behind it fit as they are: a crash in between leaves a journal that can be salvaged again.
/// </summary>
/// <param name="last">What <c>account_stat</c> knows of the journal's end.</param>
internal sealed class JournalSalvage(
    JournalFile journal, JournalPosition? last, IReadOnlyList<JournalCopy> copies, QuarantineFolder quarantine)
{
    private readonly SalvageReport _report = new();
    private readonly byte[] _check = new byte[LineChecksum.Length];
    private byte[] _previous = LineChecksum.Bytes(journal.Name);
    private byte[]? _beforeLast;
    private long _expected = 1;

    public SalvageReport Run(CancellationToken stop)
    {
        int segments = Math.Max(CountSegments(), last?.Segment ?? 0);
        for (int number = 1; number <= segments; number++)
        {
            stop.ThrowIfCancellationRequested();
            var next = number < segments ? SegmentLines.Read(journal, number + 1) : null;
            byte[]? nextLine = next is { Lines.Count: > 0 } ? next[0].ToArray() : null;
            var segment = SegmentLines.Read(journal, number);
            Salvage(segment, nextLine, isLast: number == segments);
            Write(segment);
        }

        return _report;
    }

    private int CountSegments() => !journal.Segmented
        ? File.Exists(journal.Segment(1)) ? 1 : 0
        : Directory.Exists(Path.GetDirectoryName(journal.Segment(1)))
            ? Directory.EnumerateFiles(Path.GetDirectoryName(journal.Segment(1))!, "*.jsonl")
                .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f), System.Globalization.NumberStyles.None, null, out int n) ? n : 0).DefaultIfEmpty(0).Max()
            : 0;

    private void Salvage(SegmentLines segment, byte[]? next, bool isLast)
    {
        _beforeLast = null;
        int line = BeginSegment(segment);
        while (line < segment.Lines.Count)
        {
            line = Fits(segment[line].Span) ? Keep(segment, line) : Mend(segment, line, next, isLast);
        }

        if (isLast)
        {
            MendEnd(segment);
        }
        else if (next is null || !Fits(next))
        {
            Bridge(segment, next);
        }
    }

    /// <summary>The header says nothing that is not known, so a damaged or missing one is made again.</summary>
    private int BeginSegment(SegmentLines segment)
    {
        if (segment.Lines.Count > 0 && SegmentHeader.IsHeader(segment[0].Span) && Fits(segment[0].Span))
        {
            segment.Keep(0);
            Advance(segment[0].Span, 0);
            return 1;
        }

        if (segment.Lines.Count > 0 && LineMend.Split(segment[0].Span, _previous) is { } two)
        {
            // The line feed behind it was changed.
            segment.Drop(0, "damaged, put right");
            segment.Add(two.First);
            Advance(two.First, 0);
            segment.Add(two.Second);
            Advance(two.Second, 1);
            _report.Corrected.Add(_expected - 1);
            return 1;
        }

        byte[] header = SegmentHeader.Write(journal.Name, segment.Number, _expected, segment.Number == 1 ? "" : Encoding.ASCII.GetString(_previous));
        Emit(segment, header, 0);
        if (segment.Lines.Count == 0 || Fits(segment[0].Span) || segment.Lines[0].Number != SegmentLines.NoNumber)
        {
            return 0;
        }

        // A byte of it that became a line feed makes two lines of it.
        int pieces = segment.Lines.Count > 1 && segment.Lines[0].Length + segment.Lines[1].Length + 2 == header.Length + LineChecksum.Overhead ? 2 : 1;
        DropRange(segment, 0, pieces, "damaged header");
        return pieces;
    }

    private int Keep(SegmentLines segment, int line)
    {
        var bytes = segment[line].Span;
        long count = RemovalRecord.IsRecord(bytes) ? RemovalRecord.Read(bytes)?.Removed ?? 0 : 1;
        byte[] before = _previous;
        segment.Keep(line);
        Advance(bytes, count);
        _beforeLast = before;
        return line + 1;
    }

    /// <returns>Where to go on.</returns>
    private int Mend(SegmentLines segment, int line, byte[]? next, bool isLast) =>
        MendLine(segment, line, next) ?? FillFromCopy(segment, line) ?? ReplaceLast(segment, line) ?? Resume(segment, line, next, isLast);

    /// <summary>From the line itself: its stated checksum, or that which the next line is chained to, proves what it was.</summary>
    private int? MendLine(SegmentLines segment, int line, byte[]? next)
    {
        var bytes = segment[line].Span;
        byte[][]? mended = null;
        int used = 1;
        byte[]? resealed = LineChecksum.TryGet(bytes, _check, out int length) && segment.Lines[line].Number == _expected ? Seal(bytes[..length]) : null;
        if (resealed is not null && FollowerFits(segment, line + 1, next, resealed))
        {
            mended = [resealed];
        }
        else if (LineMend.Correct(bytes, _previous) is { } corrected)
        {
            mended = [corrected];
        }
        else if (bytes.Length > 1 && Fits(bytes[..^1]))
        {
            // The last line feed of the file was changed.
            mended = [bytes[..^1].ToArray()];
        }
        else if (LineMend.Split(bytes, _previous) is { } two)
        {
            mended = [two.First, two.Second];
        }
        else if (line + 1 < segment.Lines.Count && LineMend.Join(bytes, segment[line + 1].Span, _previous) is { } joined)
        {
            (mended, used) = ([joined], 2);
        }

        if (mended is null)
        {
            return null;
        }

        for (int i = 0; i < used; i++)
        {
            segment.Drop(line + i, "damaged, put right");
        }

        foreach (byte[] right in mended)
        {
            _report.Corrected.Add(_expected);
            segment.Add(right);
            Advance(right, RemovalRecord.IsRecord(right) ? RemovalRecord.Read(right)?.Removed ?? 0 : 1);
        }

        return line + used;
    }

    /// <summary>Lines of a copy that fit, until one of our own fits again.</summary>
    private int? FillFromCopy(SegmentLines segment, int line)
    {
        bool any = false;
        while (CopyOf(_expected) is { } copied)
        {
            any = true;
            Take(segment, copied);
            for (int later = line; later < segment.Lines.Count; later++)
            {
                if ((segment.Lines[later].Number == _expected || RemovalRecord.IsRecord(segment[later].Span)) && Fits(segment[later].Span))
                {
                    DropRange(segment, line, later, "damaged, had again from a copy");
                    return later;
                }
            }
        }

        return any ? line : null;
    }

    /// <summary>
    /// The line before this one fits what is before it and not what is behind it: it may be that one that was altered and sealed again. A copy whose line fits on
    /// both sides proves it.
    /// </summary>
    private int? ReplaceLast(SegmentLines segment, int line)
    {
        foreach (var copy in _beforeLast is null ? [] : copies)
        {
            if (copy.Find(_expected - 1) is { } before && JournalReader.Fits(before, _beforeLast, _check)
                && JournalReader.Fits(segment[line].Span, _check.ToArray(), new byte[LineChecksum.Length]))
            {
                segment.Drop(line - 1, "altered, had again from a copy");
                segment.TakeBack();
                _previous = _beforeLast!;
                _expected--;
                Take(segment, before);
                return line;
            }
        }

        return null;
    }

    /// <summary>
    /// Nobody has what stood here. Goes on behind the first line whose stated checksum the line after it proves; that line itself is kept when it can be read, and
    /// marked as unproved.
    /// </summary>
    private int Resume(SegmentLines segment, int line, byte[]? next, bool isLast)
    {
        for (int at = line; at < segment.Lines.Count; at++)
        {
            var bytes = segment[at].Span;
            byte[] stated = new byte[LineChecksum.Length];
            long number = segment.Lines[at].Number;
            if (!LineChecksum.TryGet(bytes, stated, out int length) || !IsProved(segment, at + 1, number, next, isLast, stated))
            {
                continue;
            }

            long following = at + 1 < segment.Lines.Count ? SegmentLines.FirstNumberOf(segment[at + 1].Span, journal)
                : next is not null ? SegmentLines.FirstNumberOf(next, journal) : last?.NextTransaction ?? SegmentLines.NoNumber;
            if (number >= _expected && (following == SegmentLines.NoNumber || following == number + 1))
            {
                DropRange(segment, line, at + 1, "not proved by its checksum");
                Lose(segment, number - 1, null);
                _report.Unproved.Add(number);
                Emit(segment, bytes[..length], 1);
                Record(segment, 0, number, RemovalReason.Unproved, Encoding.ASCII.GetString(stated));
                return at + 1;
            }

            // What can be read is not one line, or says nothing.
            if (following >= _expected && (number == SegmentLines.NoNumber || number >= _expected))
            {
                DropRange(segment, line, at + 1, "damaged");
                Lose(segment, following - 1, Encoding.ASCII.GetString(stated));
                return at + 1;
            }
        }

        DropRange(segment, line, segment.Lines.Count, isLast ? "torn or damaged" : "damaged");
        return segment.Lines.Count;
    }

    private bool IsProved(SegmentLines segment, int follower, long number, byte[]? next, bool isLast, byte[] stated) =>
        follower < segment.Lines.Count || next is not null
            ? JournalReader.Fits(follower < segment.Lines.Count ? segment[follower].Span : next, stated, new byte[LineChecksum.Length])
            : isLast && last is not null && number == last.NextTransaction - 1 && LineChecksum.Bytes(last.Check).AsSpan().SequenceEqual(stated);

    /// <summary>The next segment does not go on where this one ends: lines at its end, or whole segments, are gone.</summary>
    private void Bridge(SegmentLines segment, byte[]? next)
    {
        while ((next is null || !Fits(next)) && CopyOf(_expected) is { } copied)
        {
            Take(segment, copied);
        }

        if (next is not null && !Fits(next) && SegmentHeader.Read(next) is { } header && header.First >= _expected
            && header.Previous.Length == LineChecksum.Length && JournalReader.Fits(next, LineChecksum.Bytes(header.Previous), _check))
        {
            Lose(segment, header.First - 1, header.Previous);
        }
    }

    private void MendEnd(SegmentLines segment)
    {
        while (CopyOf(_expected) is { } copied)
        {
            Take(segment, copied);
        }

        if (last is not null && last.NextTransaction > _expected)
        {
            // The numbers are not given again, and the head that was last reported is met by those who know it.
            Lose(segment, last.NextTransaction - 1, last.Check);
        }
    }

    private byte[]? CopyOf(long transaction) =>
        copies.Select(c => c.Find(transaction)).FirstOrDefault(l => l is not null && JournalReader.Fits(l, _previous, new byte[LineChecksum.Length]));

    private void Take(SegmentLines segment, byte[] copied)
    {
        _report.Fetched.Add(_expected);
        segment.Add(copied);
        Advance(copied, 1);
    }

    private void Lose(SegmentLines segment, long through, string? check)
    {
        if (through >= _expected)
        {
            _report.Lost.Add((_expected, through));
        }

        if (through >= _expected || check is not null)
        {
            Record(segment, through - _expected + 1, through, through >= _expected ? RemovalReason.Damage : RemovalReason.Unproved, check);
        }
    }

    private void Record(SegmentLines segment, long removed, long through, RemovalReason reason, string? check)
    {
        byte[] record = RemovalRecord.Write(removed, through, 0, DateTimeOffset.UtcNow, reason, _previous, check);
        segment.Add(record);
        Advance(record, removed);
    }

    private void Emit(SegmentLines segment, ReadOnlySpan<byte> payload, long count)
    {
        byte[] line = Seal(payload);
        segment.Add(line);
        Advance(line, count);
    }

    private byte[] Seal(ReadOnlySpan<byte> payload)
    {
        byte[] line = new byte[payload.Length + LineChecksum.Overhead];
        payload.CopyTo(line);
        LineChecksum.Seal(line, payload.Length, _previous, new byte[LineChecksum.Length]);
        return line[..^1];
    }

    private void Advance(ReadOnlySpan<byte> line, long transactions)
    {
        byte[] check = new byte[LineChecksum.Length];
        LineChecksum.TryGet(line, check, out _);
        _previous = check;
        _beforeLast = null;
        _expected += transactions;
    }

    private bool Fits(ReadOnlySpan<byte> line) =>
        JournalReader.Fits(line, _previous, _check) && (!RemovalRecord.IsRecord(line) || RemovalRecord.Read(line)?.First == _expected);

    private static bool FollowerFits(SegmentLines segment, int follower, byte[]? next, ReadOnlySpan<byte> line)
    {
        Span<byte> check = stackalloc byte[LineChecksum.Length];
        LineChecksum.TryGet(line, check, out _);
        return follower < segment.Lines.Count ? JournalReader.Fits(segment[follower].Span, check, new byte[LineChecksum.Length])
            : next is not null && JournalReader.Fits(next, check, new byte[LineChecksum.Length]);
    }

    private static void DropRange(SegmentLines segment, int from, int to, string why)
    {
        for (int line = from; line < to; line++)
        {
            segment.Drop(line, why);
        }
    }

    private void Write(SegmentLines segment)
    {
        if (!segment.Changed)
        {
            return;
        }

        foreach (var (offset, length, why) in segment.Dropped)
        {
            quarantine.Keep(segment.Path, offset, length, "journal line", null, why);
        }

        _report.Changed = true;
        quarantine.Settle();
        AtomicFile.Write(journal.Files, segment.Path, segment.ToBytes(), sync: true);
    }
}
