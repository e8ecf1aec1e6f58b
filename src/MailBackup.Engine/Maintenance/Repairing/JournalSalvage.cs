using System.Text;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Rewrites a damaged journal from what is intact in it and in copies of it. Lines that fit stay byte for byte as they are; what is damaged goes to
/// quarantine first; a <see cref="RemovalRecord"/> stands for what nobody has. Only segments that change are written, each to a new file that takes the place
/// of the old one at once, and the segments behind it fit as they are: a crash in between leaves a journal that can be salvaged again.
/// </summary>
/// <param name="last">What <c>account_stat</c> knows of the journal's end.</param>
/// <param name="onlyProved">
/// True to write nothing unless each line is proved to be the one that was written (<see cref="SalvageReport.GivesUp"/>); for a journal of one segment.
/// </param>
internal sealed class JournalSalvage(
    JournalFile journal, JournalPosition? last, IReadOnlyList<JournalCopy> copies, QuarantineFolder quarantine, bool onlyProved = false)
{
    private readonly SalvagedChain _chain = new(journal);
    private readonly byte[] _check = new byte[LineChecksum.Length];

    public SalvageReport Run(CancellationToken stop)
    {
        int segments = Math.Max(SegmentLines.CountSegments(journal), last?.Segment ?? 0);
        for (int number = 1; number <= segments; number++)
        {
            stop.ThrowIfCancellationRequested();
            var next = number < segments ? SegmentLines.Read(journal, number + 1) : null;
            byte[]? nextLine = next is { Lines.Count: > 0 } ? next[0].ToArray() : null;
            var segment = SegmentLines.Read(journal, number);
            Salvage(segment, nextLine, isLast: number == segments);
            Write(segment);
        }

        return _chain.Report;
    }

    private void Salvage(SegmentLines segment, byte[]? next, bool isLast)
    {
        _chain.BeginSegment();
        int line = BeginSegment(segment);
        while (line < segment.Lines.Count)
        {
            if (_chain.Fits(segment[line].Span))
            {
                _chain.Keep(segment, line++);
            }
            else
            {
                line = Mend(segment, line, next, isLast);
            }
        }

        if (isLast)
        {
            MendEnd(segment);
        }
        else if (next is null || !_chain.Fits(next))
        {
            Bridge(segment, next);
        }
    }

    /// <summary>The header says nothing that is not known, so a damaged or missing one is made again.</summary>
    private int BeginSegment(SegmentLines segment)
    {
        if (segment.Lines.Count > 0 && SegmentHeader.IsHeader(segment[0].Span) && _chain.Fits(segment[0].Span))
        {
            _chain.KeepHeader(segment);
            return 1;
        }

        if (segment.Lines.Count > 0 && LineMend.Split(segment[0].Span, _chain.Previous) is { } two)
        {
            // The line feed behind it was changed.
            segment.Drop(0, "damaged, put right");
            _chain.AddHeader(segment, two.First);
            _chain.Correct(segment, two.Second);
            return 1;
        }

        byte[] header = SegmentHeader.Write(journal.Name, segment.Number, _chain.Expected, segment.Number == 1 ? "" : Encoding.ASCII.GetString(_chain.Previous));
        _chain.Emit(segment, header, 0);
        if (segment.Lines.Count == 0 || _chain.Fits(segment[0].Span) || segment.Lines[0].Number != SegmentLines.NoNumber)
        {
            return 0;
        }

        // A byte of it that became a line feed makes two lines of it.
        int pieces = segment.Lines.Count > 1 && segment.Lines[0].Length + segment.Lines[1].Length + 2 == header.Length + LineChecksum.Overhead ? 2 : 1;
        DropRange(segment, 0, pieces, "damaged header");
        return pieces;
    }

    /// <returns>Where to go on.</returns>
    private int Mend(SegmentLines segment, int line, byte[]? next, bool isLast) =>
        MendLine(segment, line, next) ?? FillFromCopy(segment, line) ?? ReplaceLast(segment, line) ?? Resume(segment, line, next, isLast);

    private int? MendLine(SegmentLines segment, int line, byte[]? next)
    {
        if (LineMend.Find(segment, line, next, _chain) is not var (mended, used))
        {
            return null;
        }

        DropRange(segment, line, line + used, "damaged, put right");
        Array.ForEach(mended, right => _chain.Correct(segment, right));
        return line + used;
    }

    /// <summary>Lines of a copy that fit, until one of our own fits again.</summary>
    private int? FillFromCopy(SegmentLines segment, int line)
    {
        bool any = false;
        while (CopyOf(_chain.Expected) is { } copied)
        {
            any = true;
            _chain.Take(segment, copied);
            for (int later = line; later < segment.Lines.Count; later++)
            {
                if ((segment.Lines[later].Number == _chain.Expected || RemovalRecord.IsRecord(segment[later].Span)) && _chain.Fits(segment[later].Span))
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
        foreach (var copy in _chain.BeforeLast is null ? [] : copies)
        {
            if (copy.Find(_chain.Expected - 1) is { } before && JournalReader.Fits(before, _chain.BeforeLast, _check)
                && JournalReader.Fits(segment[line].Span, _check.ToArray(), new byte[LineChecksum.Length]))
            {
                segment.Drop(line - 1, "altered, had again from a copy");
                _chain.TakeInstead(segment, before);
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
            if (number >= _chain.Expected && (following == SegmentLines.NoNumber || following == number + 1))
            {
                DropRange(segment, line, at + 1, "not proved by its checksum");
                _chain.Lose(segment, number - 1, null);
                _chain.KeepUnproved(segment, bytes[..length], number, stated);
                return at + 1;
            }

            // What can be read is not one line, or says nothing.
            if (following >= _chain.Expected && (number == SegmentLines.NoNumber || number >= _chain.Expected))
            {
                DropRange(segment, line, at + 1, "damaged");
                _chain.Lose(segment, following - 1, Encoding.ASCII.GetString(stated));
                return at + 1;
            }
        }

        // Behind what was reported it is the unfinished write of a crash.
        _chain.Report.GivesUp |= isLast && (last is null || _chain.Expected < last.NextTransaction);
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
        while ((next is null || !_chain.Fits(next)) && CopyOf(_chain.Expected) is { } copied)
        {
            _chain.Take(segment, copied);
        }

        if (next is not null && !_chain.Fits(next) && SegmentHeader.Read(next) is { } header && header.First >= _chain.Expected
            && header.Previous.Length == LineChecksum.Length && JournalReader.Fits(next, LineChecksum.Bytes(header.Previous), _check))
        {
            _chain.Lose(segment, header.First - 1, header.Previous);
        }
    }

    private void MendEnd(SegmentLines segment)
    {
        while (CopyOf(_chain.Expected) is { } copied)
        {
            _chain.Take(segment, copied);
        }

        if (last is not null && last.NextTransaction > _chain.Expected)
        {
            // The numbers are not given again, and the head that was last reported is met by those who know it.
            _chain.Lose(segment, last.NextTransaction - 1, last.Check);
        }
    }

    private byte[]? CopyOf(long transaction) =>
        copies.Select(c => c.Find(transaction)).FirstOrDefault(l => l is not null && JournalReader.Fits(l, _chain.Previous, new byte[LineChecksum.Length]));

    private static void DropRange(SegmentLines segment, int from, int to, string why)
    {
        for (int line = from; line < to; line++)
        {
            segment.Drop(line, why);
        }
    }

    private void Write(SegmentLines segment)
    {
        if (!segment.Changed || (onlyProved && _chain.Report.GivesUp))
        {
            return;
        }

        foreach (var (offset, length, why) in segment.Dropped)
        {
            if (!quarantine.Keep(segment.Path, offset, length, "journal line", null, why))
            {
                throw new IOException($"{segment.Path} can no longer be read at byte {offset}; it was left as it is.");
            }
        }

        _chain.Report.Changed = true;
        quarantine.Settle();
        AtomicFile.Write(journal.Files, segment.Path, segment.ToBytes(), sync: true);
    }
}
