using System.Buffers;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// Appends lines to a journal. Lines are gathered in memory and reach the file with <see cref="WriteOut"/>; the caller makes a whole batch of
/// journals durable at once, or one with <see cref="Save"/>. Not thread-safe: one writer a backup path.
/// </summary>
public sealed class JournalWriter
{
    /// <summary>A segment is sealed when it has reached this size.</summary>
    public const long SealBytes = 16L << 20;

    private readonly JournalFile _file;
    private readonly ArrayBufferWriter<byte> _pending = new(4096);
    private readonly byte[] _check = new byte[LineChecksum.Length];
    private byte[] _previous;
    private int _segment;
    private long _offset;
    private long _nextTransaction;
    private readonly List<(int Segment, long Offset, byte[] Lines)> _full = [];
    private (int Segment, long Offset) _durable;

    private JournalWriter(JournalFile file, JournalPosition position)
    {
        _file = file;
        _segment = position.Segment;
        _offset = position.Offset;
        _durable = (position.Segment, position.Offset);
        _nextTransaction = position.NextTransaction;
        _previous = LineChecksum.Bytes(position.Segment == 0 ? file.Name : position.Check);
    }

    /// <summary>Where the next line goes. Lines not yet written out count as written.</summary>
    public JournalPosition Position =>
        new(_segment, _offset + _pending.WrittenCount, _segment == 0 ? "" : Encoding.ASCII.GetString(_previous), _nextTransaction);

    public long NextTransaction => _nextTransaction;

    public bool HasPending => PendingBytes > 0;

    public int PendingBytes => _pending.WrittenCount + _full.Sum(f => f.Lines.Length);

    /// <summary>
    /// Opens the journal behind its last intact line. What a crash left torn behind it is set aside in <paramref name="cutFolder"/> and cut off:
    /// nothing of it was ever reported as saved. Everything else that does not fit is <c>JournalDamaged</c>, and stays as it is. Lines after
    /// <paramref name="trusted"/> are verified and passed to <paramref name="onLine"/>.
    /// </summary>
    /// <param name="reported">See <see cref="JournalReader.EndsInTraceOfCrash"/>.</param>
    /// <param name="trusted">A place known to be durable, or null to verify the whole journal.</param>
    public static JournalWriter Open(JournalFile file, JournalPosition? trusted, string cutFolder, Action<JournalLine>? onLine = null, JournalPosition? reported = null)
    {
        using var reader = JournalReader.From(file, trusted ?? JournalPosition.Start);
        while (reader.TryReadOrDamaged(out var line))
        {
            onLine?.Invoke(line);
        }

        if (reader.State is JournalReaderState.Torn or JournalReaderState.Damaged)
        {
            if (!reader.EndsInTraceOfCrash(reported))
            {
                throw JournalReader.DamagedException(reader);
            }

            string segment = file.Segment(reader.Position.Segment == 0 ? 1 : reader.Position.Segment);
            try
            {
                JournalTail.Cut(file.Files, segment, reader.Position, cutFolder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageFault.Translate(e, segment);
            }
        }

        return new JournalWriter(file, reader.Position);
    }

    /// <summary>Adds a line. <paramref name="payload"/> is a JSON object without its closing brace that states <see cref="NextTransaction"/>.</summary>
    /// <returns>Where the line stands.</returns>
    public JournalPlace Append(ReadOnlySpan<byte> payload)
    {
        long end = _offset + _pending.WrittenCount;
        if (_segment == 0 || (_file.Segmented && end >= _file.Seal))
        {
            if (_pending.WrittenCount > 0)
            {
                _full.Add((_segment, _offset, _pending.WrittenSpan.ToArray()));
                _pending.ResetWrittenCount();
            }

            BeginSegment(_segment + 1);
        }
        else if (end == 0)
        {
            // A crash left the segment without its first line.
            BeginSegment(_segment);
        }

        var place = new JournalPlace(_segment, _offset + _pending.WrittenCount, payload.Length + LineChecksum.Overhead);
        AppendLine(payload);
        _nextTransaction++;
        return place;
    }

    /// <summary>Writes the gathered lines to their files; they are durable after the batch's sync. What they name is durable already.</summary>
    internal void WriteOut(SyncBatch batch)
    {
        batch.Add(this);
        foreach (var (segment, offset, lines) in _full)
        {
            // A segment is durable before there is a next one: lines with a gap before them would be damage.
            using var first = NewBatch();
            Write(first, segment, offset, lines);
            first.SyncAndClose();
        }

        _full.Clear();
        if (_pending.WrittenCount > 0)
        {
            Write(batch, _segment, _offset, _pending.WrittenSpan);
            _offset += _pending.WrittenCount;
            _pending.ResetWrittenCount();
        }
    }

    /// <summary>Writes the gathered lines to their files and makes them durable.</summary>
    public void Save()
    {
        using var batch = NewBatch();
        WriteOut(batch);
        batch.SyncAndClose();
    }

    /// <summary>What was written out is durable.</summary>
    internal void Keep() => _durable = (_segment, _offset);

    /// <summary>Takes what was written out and did not become durable off the files again, as far as the disk lets it.</summary>
    internal void TakeBack()
    {
        for (int segment = _segment; segment >= Math.Max(_durable.Segment, 1); segment--)
        {
            try
            {
                using var handle = _file.Files.Open(_file.Segment(segment), FileMode.Open);
                JournalTail.TryTruncate(_file.Files, handle, segment == _durable.Segment ? _durable.Offset : 0);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It was never made, or the disk is gone.
            }
        }
    }

    private SyncBatch NewBatch() => new(_file.Files, _file.Root.Length > 0 ? _file.Root : Path.GetDirectoryName(_file.Segment(1))!);

    private void Write(SyncBatch batch, int segment, long offset, ReadOnlySpan<byte> lines)
    {
        string path = _file.Segment(segment);
        if (offset == 0)
        {
            _file.Files.CreateFolder(Path.GetDirectoryName(path)!);

            // Also where the file was there, empty: a process that was killed may have made it, and never its name durable.
            batch.AddName(path);
        }

        var file = _file.Files.Open(path, FileMode.OpenOrCreate);
        batch.Add(file);
        _file.Files.Write(file, lines, offset);
    }

    private void BeginSegment(int segment)
    {
        _segment = segment;
        _offset = 0;
        AppendLine(SegmentHeader.Write(_file.Name, _segment, _nextTransaction, _segment == 1 ? "" : Encoding.ASCII.GetString(_previous)));
    }

    private void AppendLine(ReadOnlySpan<byte> payload)
    {
        int length = payload.Length + LineChecksum.Overhead;
        var line = _pending.GetSpan(length)[..length];
        payload.CopyTo(line);
        LineChecksum.Seal(line, payload.Length, _previous, _check);
        _pending.Advance(length);
        if (_previous.Length != LineChecksum.Length)
        {
            _previous = new byte[LineChecksum.Length];
        }

        _check.CopyTo(_previous, 0);
    }
}
