using System.Buffers;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// Appends lines to a journal. Lines are gathered in memory and reach the file with <see cref="WriteOut"/>; the caller makes a whole batch of
/// journals durable at once. Not thread-safe: one writer a backup path.
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
    private bool _created;

    private JournalWriter(JournalFile file, JournalPosition position)
    {
        _file = file;
        _segment = position.Segment;
        _offset = position.Offset;
        _nextTransaction = position.NextTransaction;
        _previous = LineChecksum.Bytes(position.Segment == 0 ? file.Name : position.Check);
    }

    /// <summary>Where the next line goes. Lines not yet written out count as written.</summary>
    public JournalPosition Position =>
        new(_segment, _offset + _pending.WrittenCount, _segment == 0 ? "" : Encoding.ASCII.GetString(_previous), _nextTransaction);

    public long NextTransaction => _nextTransaction;

    public bool HasPending => _pending.WrittenCount > 0;

    public int PendingBytes => _pending.WrittenCount;

    /// <summary>
    /// Opens the journal behind its last intact line. What a crash left torn behind it is set aside in <paramref name="cutFolder"/> and cut off:
    /// nothing of it was ever reported as saved. Lines after <paramref name="trusted"/> are verified and passed to <paramref name="onLine"/>.
    /// </summary>
    /// <param name="trusted">A place known to be durable, or null to verify the whole journal.</param>
    public static JournalWriter Open(JournalFile file, JournalPosition? trusted, string cutFolder, Action<JournalLine>? onLine = null)
    {
        using var reader = JournalReader.From(file, trusted ?? JournalPosition.Start);
        while (reader.TryRead(out var line))
        {
            onLine?.Invoke(line);
        }

        if (reader.State == JournalReaderState.Damaged)
        {
            throw JournalReader.DamagedException(reader);
        }

        if (reader.State == JournalReaderState.Torn)
        {
            JournalTail.Cut(file.Segment(reader.Position.Segment == 0 ? 1 : reader.Position.Segment), reader.Position, cutFolder);
        }

        return new JournalWriter(file, reader.Position);
    }

    /// <summary>Adds a line. <paramref name="payload"/> is a JSON object without its closing brace that states <see cref="NextTransaction"/>.</summary>
    /// <returns>Where the line stands.</returns>
    public JournalPlace Append(ReadOnlySpan<byte> payload)
    {
        long end = _offset + _pending.WrittenCount;
        if (_segment == 0 || (_file.Segmented && end >= SealBytes))
        {
            WriteOut()?.Dispose();
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

    /// <summary>Writes the gathered lines to the file; they are durable after the caller's sync.</summary>
    /// <returns>The open file when the caller wants to sync it by itself.</returns>
    public Microsoft.Win32.SafeHandles.SafeFileHandle? WriteOut()
    {
        if (_pending.WrittenCount == 0)
        {
            return null;
        }

        string path = _file.Segment(_segment);
        if (!_created)
        {
            PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
            _created = true;
        }

        var handle = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            RandomAccess.Write(handle, _pending.WrittenSpan, _offset);
        }
        catch
        {
            // A full disk: take back the part that reached the file, so that the journal ends where the last batch ended.
            JournalTail.TryTruncate(handle, _offset);
            handle.Dispose();
            throw;
        }

        _offset += _pending.WrittenCount;
        _pending.ResetWrittenCount();
        return handle;
    }

    private void BeginSegment(int segment)
    {
        _segment = segment;
        _offset = 0;
        _created = false;
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
