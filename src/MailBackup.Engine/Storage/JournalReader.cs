using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// Reads a journal line by line from a place, verifying the chain of checksums. It stops before the first line that does not fit; then
/// <see cref="State"/> tells a torn end, which a crash leaves and the writer cuts off, from damage, which nobody may cut.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly JournalFile _file;
    private readonly byte[] _check = new byte[LineChecksum.Length];
    private byte[] _previous;
    private byte[] _content = [];
    private int _contentStart;
    private int _contentLength;
    private long _offset;
    private int _segment;
    private long _nextTransaction;
    private FileStream? _stream;

    private JournalReader(JournalFile file, JournalPosition from)
    {
        _file = file;
        _segment = from.Segment;
        _offset = from.Offset;
        _nextTransaction = from.NextTransaction;
        _previous = LineChecksum.Bytes(from.Segment == 0 ? file.Name : from.Check);
    }

    public JournalReaderState State { get; private set; }

    /// <summary>Takes the records of lines that are no longer there, as they are met, with their place.</summary>
    public Action<RemovalRecord, JournalPlace>? OnRemoval { get; private init; }

    /// <summary>The highest item id of which a line has been taken out: it is never given again.</summary>
    public long LastRemovedItem { get; private set; }

    /// <summary>Behind the last line that fitted.</summary>
    public JournalPosition Position =>
        new(_segment, _offset, _segment == 0 ? "" : Encoding.ASCII.GetString(_previous), _nextTransaction);

    /// <summary>Number of the transaction behind the line read last.</summary>
    public long NextTransaction => _nextTransaction;

    /// <summary>Path of the segment being read.</summary>
    public string SegmentPath => _file.Segment(Math.Max(_segment, 1));

    /// <param name="from">A place that this journal had; <see cref="JournalPosition.Start"/> reads all of it.</param>
    /// <param name="onRemoval">See <see cref="OnRemoval"/>.</param>
    public static JournalReader From(JournalFile file, JournalPosition from, Action<RemovalRecord, JournalPlace>? onRemoval = null) =>
        new(file, from) { OnRemoval = onRemoval };

    /// <summary>
    /// True when the journal still is what it was at <paramref name="position"/>: as long, and with that line before it. Throws what the system says where it cannot be
    /// read: then it may be what it was.
    /// </summary>
    public static bool Matches(JournalFile file, JournalPosition position)
    {
        if (position.Segment == 0)
        {
            return true;
        }

        int tailLength = LineChecksum.Length + 3;
        if (position.Offset < tailLength)
        {
            return false;
        }

        try
        {
            using var handle = File.OpenHandle(file.Segment(position.Segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> tail = stackalloc byte[tailLength];
            return RandomAccess.Read(handle, tail, position.Offset - tailLength) == tailLength
                && tail[..LineChecksum.Length].SequenceEqual(LineChecksum.Bytes(position.Check))
                && tail[^1] == (byte)'\n';
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>True when the journal ends at <paramref name="position"/>, as far as the lengths of its files tell.</summary>
    public static bool EndsAt(JournalFile file, JournalPosition position)
    {
        int segment = Math.Max(position.Segment, 1);
        var info = new FileInfo(file.Segment(segment));
        return (info.Exists ? info.Length : 0) == position.Offset && !(file.Segmented && File.Exists(file.Segment(segment + 1)));
    }

    /// <summary>Reads the next transaction line; segment headers and the records of removed lines are verified and passed over.</summary>
    public bool TryRead(out JournalLine line)
    {
        line = default;
        while (State == JournalReaderState.Reading)
        {
            if (_stream is null && !OpenSegment())
            {
                break;
            }

            if (!TryTakeLine(out var bytes))
            {
                EndOfSegment();
                continue;
            }

            if (!Fits(bytes.Span, _previous, _check))
            {
                State = SomethingIntactFollows(bytes.Span) ? JournalReaderState.Damaged : JournalReaderState.Torn;
                break;
            }

            var place = new JournalPlace(_segment, _offset, bytes.Length + 1);
            RemovalRecord? removal = null;
            if (RemovalRecord.IsRecord(bytes.Span) && ((removal = RemovalRecord.Read(bytes.Span)) is null || removal.First != _nextTransaction))
            {
                State = JournalReaderState.Damaged;
                break;
            }

            _offset += bytes.Length + 1;
            _previous = _previous.Length == LineChecksum.Length ? _previous : new byte[LineChecksum.Length];
            _check.CopyTo(_previous, 0);
            if (place.Offset == 0 && SegmentHeader.IsHeader(bytes.Span))
            {
                SegmentHeader.Validate(bytes.Span, SegmentPath);
                continue;
            }

            if (removal is not null)
            {
                _nextTransaction = removal.Last + 1;
                LastRemovedItem = Math.Max(LastRemovedItem, removal.LastItem);
                OnRemoval?.Invoke(removal, place);
                continue;
            }

            _nextTransaction++;
            line = new JournalLine(bytes, place);
            return true;
        }

        Dispose();
        return false;
    }

    /// <summary>As <see cref="TryRead"/>; what the device or the system does not give out is <c>JournalDamaged</c> too: one journal's fault, not that of all the backup path.</summary>
    public bool TryReadOrDamaged(out JournalLine line)
    {
        try
        {
            return TryRead(out line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UnreadableException(this, e);
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>True when a line, or the record of lines removed, fits the checksum before it; gives the one that the next line is chained to.</summary>
    internal static bool Fits(ReadOnlySpan<byte> line, ReadOnlySpan<byte> previous, Span<byte> check) =>
        RemovalRecord.IsRecord(line) ? RemovalRecord.TryVerify(line, previous, check) : LineChecksum.TryVerify(line, previous, check);

    internal static MailBackupException DamagedException(JournalReader reader) => new(
        ErrorIds.JournalDamaged,
        $"The journal {reader.SegmentPath} is damaged at byte {reader.Position.Offset}.",
        "Run 'mailbackup check' to see what is affected, and 'mailbackup repair' to mend it. Nothing was changed.",
        reader.SegmentPath);

    internal static MailBackupException UnreadableException(JournalReader reader, Exception inner) => UnreadableException(reader.SegmentPath, inner);

    internal static MailBackupException UnreadableException(string path, Exception inner) => new(
        ErrorIds.JournalDamaged,
        $"The journal {path} cannot be read: {inner.Message.TrimEnd('.')}.",
        "Look at the device of the backup path and at who may read it, then try again. Nothing was changed.",
        path,
        inner);

    /// <summary>
    /// Whether what stands behind <see cref="Position"/> is the unfinished write of a crash, which nobody reported and which may be cut off; else it is damage.
    /// </summary>
    /// <param name="reported">See <see cref="IsUnfinishedBatch"/>; when it is not known, the looks of the torn end tell.</param>
    internal bool EndsInTraceOfCrash(JournalPosition? reported) =>
        State == JournalReaderState.Torn && reported is { Segment: > 0 } ? IsBehind(reported)
        : State == JournalReaderState.Torn ? JournalTail.IsTraceOfCrash(SegmentPath, _offset, _previous)
        : IsUnfinishedBatch(reported);

    /// <summary>
    /// After damage: whether it is no loss but what a power failure left of a batch that nobody reported, with a hole in it, because a disk writes its blocks in any
    /// order. Only behind what was reported, only at the journal's end, and only where the zeros of a block stand that was never written.
    /// </summary>
    /// <param name="reported">The journal's end at the last batch that was made durable; null, or a start, when that is not known: then it is damage.</param>
    internal bool IsUnfinishedBatch(JournalPosition? reported) =>
        State == JournalReaderState.Damaged && reported is { Segment: > 0 } && IsBehind(reported)
        && !HasNextSegment() && !HasLaterSegment(Math.Max(_segment, 1)) && File.Exists(SegmentPath) && JournalTail.HasHole(SegmentPath, _offset);

    /// <summary>By numbers: a purge moves the lines.</summary>
    private bool IsBehind(JournalPosition place) => _nextTransaction >= place.NextTransaction;

    private bool OpenSegment()
    {
        int segment = Math.Max(_segment, 1);
        try
        {
            _stream = new FileStream(_file.Segment(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            State = _segment <= 1 && _offset == 0 && !HasLaterSegment(segment) ? JournalReaderState.AtEnd : JournalReaderState.Damaged;
            return false;
        }

        if (_stream.Length == 0 && _segment == 0)
        {
            // Made, but never written: the journal has not begun.
            State = HasLaterSegment(segment) ? JournalReaderState.Damaged : JournalReaderState.AtEnd;
            return false;
        }

        if (_stream.Length < _offset)
        {
            State = JournalReaderState.Damaged;
            return false;
        }

        _segment = segment;
        _stream.Position = _offset;
        _contentStart = _contentLength = 0;
        return true;
    }

    private bool TryTakeLine(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            var content = _content.AsSpan(_contentStart, _contentLength);
            int feed = content.IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = _content.AsMemory(_contentStart, feed);
                _contentStart += feed + 1;
                _contentLength -= feed + 1;
                return true;
            }

            if (_contentLength == _content.Length || _contentStart > 0)
            {
                var grown = _contentLength * 2 >= _content.Length ? new byte[Math.Max(64 << 10, _content.Length * 2)] : _content;
                content.CopyTo(grown);
                _content = grown;
                _contentStart = 0;
            }

            int n = _stream!.Read(_content.AsSpan(_contentLength));
            if (n == 0)
            {
                line = default;
                return false;
            }

            _contentLength += n;
        }
    }

    private void EndOfSegment()
    {
        bool last = !HasNextSegment();
        if (last && HasLaterSegment(_segment))
        {
            State = JournalReaderState.Damaged;
        }
        else if (_contentLength > 0)
        {
            State = last ? JournalReaderState.Torn : JournalReaderState.Damaged;
        }
        else if (last)
        {
            State = JournalReaderState.AtEnd;
        }
        else
        {
            _stream!.Dispose();
            _stream = null;
            _segment++;
            _offset = 0;
        }
    }

    /// <summary>
    /// A line does not fit. When a later line of the segment fits the line before it, this is damage in the middle; when none does, it is the
    /// unfinished write of a crash.
    /// </summary>
    private bool SomethingIntactFollows(ReadOnlySpan<byte> misfit)
    {
        if (HasNextSegment() || HasLaterSegment(_segment))
        {
            return true;
        }

        var previous = new byte[LineChecksum.Length];
        bool havePrevious = LineChecksum.TryGet(misfit, previous, out _);
        while (TryTakeLine(out var line))
        {
            if (havePrevious && Fits(line.Span, previous, _check))
            {
                return true;
            }

            havePrevious = LineChecksum.TryGet(line.Span, previous, out _);
        }

        return false;
    }

    /// <summary>True when the journal goes on behind a segment that is missing or empty. One look at the folder, once a journal.</summary>
    private bool HasLaterSegment(int segment)
    {
        string? folder = _file.Segmented ? Path.GetDirectoryName(_file.Segment(1)) : null;
        return folder is not null && Directory.Exists(folder)
            && Directory.EnumerateFiles(folder, "*.jsonl").Any(f =>
                int.TryParse(Path.GetFileNameWithoutExtension(f), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int n)
                && n > segment && new FileInfo(f).Length > 0);
    }

    private bool HasNextSegment() => _file.Segmented && new FileInfo(_file.Segment(_segment + 1)) is { Exists: true, Length: > 0 };
}
