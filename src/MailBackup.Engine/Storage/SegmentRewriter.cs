using System.Buffers;
using System.Text;

namespace MailBackup.Storage;

/// <summary>
/// Takes lines out of one segment of a journal: a <see cref="RemovalRecord"/> stands for each run of them, and the lines that stay are the same bytes as before,
/// in this segment and in every other. The new file takes the place of the old by one rename: a reader, a copy in progress or the next start after a crash sees
/// one of them.
/// </summary>
internal static class SegmentRewriter
{
    /// <param name="remove">Tells of a transaction line (without its line feed) whether it goes. Called in order.</param>
    /// <returns>How many went, and the journal's position behind this segment; the file was not touched when none did.</returns>
    public static (long Removed, JournalPosition End) Rewrite(JournalFile journal, int segment, DateTimeOffset now, LineTest remove)
    {
        string path = journal.Segment(segment);
        byte[] content = File.ReadAllBytes(path);
        var output = new ArrayBufferWriter<byte>(content.Length);
        var run = new Run();
        byte[] previous = [];
        byte[] check = new byte[LineChecksum.Length];
        long next = 1, removed = 0;
        for (int offset = 0; offset < content.Length;)
        {
            int length = content.AsSpan(offset).IndexOf((byte)'\n');
            if (length < 0)
            {
                throw Damaged(path, offset);
            }

            var line = content.AsSpan(offset, length);
            bool header = offset == 0;
            if (header)
            {
                var begin = SegmentHeader.Read(line) ?? throw Damaged(path, 0);
                (next, previous) = (begin.First, LineChecksum.Bytes(begin.Previous.Length == 0 ? journal.Name : begin.Previous));
            }

            var record = RemovalRecord.IsRecord(line) ? RemovalRecord.Read(line) : null;
            if (!JournalReader.Fits(line, previous, check) || (record is not null && record.First != next))
            {
                throw Damaged(path, offset);
            }

            if (record is { Reason: RemovalReason.Purge })
            {
                // Joined with what goes beside it now, so that records do not gather over the years.
                run.Add(previous, line, record.Removed, record.LastItem);
            }
            else if (!header && record is null && remove(line))
            {
                removed++;
                run.Add(previous, default, 1, TransactionReferences.Read(line).Item);
            }
            else
            {
                run.End(output, next - 1, now, previous);
                Write(output, line);
            }

            next = record is not null ? record.Last + 1 : header ? next : next + 1;
            previous = [.. check];
            offset += length + 1;
        }

        var end = new JournalPosition(segment, content.Length, Encoding.ASCII.GetString(previous), next);
        if (removed == 0)
        {
            return (0, end);
        }

        run.End(output, next - 1, now, previous);
        AtomicFile.Write(journal.Files, path, output.WrittenSpan, sync: true);
        return (removed, end with { Offset = output.WrittenCount });
    }

    private static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        output.Write(line);
        output.Write("\n"u8);
    }

    private static MailBackupException Damaged(string path, long offset) => new(
        ErrorIds.JournalDamaged, $"The journal {path} is damaged at byte {offset}.", "Run 'mailbackup check' to see what is affected. Nothing of it was changed.", path);

    internal delegate bool LineTest(ReadOnlySpan<byte> line);

    /// <summary>Lines in a row that are gone, before this purge or by it.</summary>
    private sealed class Run
    {
        private byte[] _before = [];
        private byte[]? _only;
        private long _count, _lastItem;

        /// <param name="record">The record of lines that went before; empty for a line that goes now.</param>
        public void Add(byte[] previous, ReadOnlySpan<byte> record, long count, long lastItem)
        {
            bool first = _count == 0;
            _before = first ? previous : _before;
            _only = first && record.Length > 0 ? record.ToArray() : null;
            _count += count;
            _lastItem = Math.Max(_lastItem, lastItem);
        }

        /// <param name="check">The checksum of the last line of the run.</param>
        public void End(ArrayBufferWriter<byte> output, long last, DateTimeOffset now, byte[] check)
        {
            if (_count > 0)
            {
                Write(output, _only ?? RemovalRecord.Write(_count, last, _lastItem, now, RemovalReason.Purge, _before, Encoding.ASCII.GetString(check)));
            }

            (_count, _lastItem, _only) = (0, 0, null);
        }
    }
}
