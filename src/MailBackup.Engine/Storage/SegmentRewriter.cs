using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// Takes lines out of one segment of a journal: the rest is chained anew and ends in a <see cref="ReanchorLine"/>, so that every other segment stays
/// as it is. The new file takes the place of the old by one rename: a reader, a copy in progress or the next start after a crash sees one of them.
/// </summary>
internal static class SegmentRewriter
{
    /// <param name="by">What does it, for the record.</param>
    /// <param name="remove">Tells of a transaction line (without its line feed) whether it goes. Called in order.</param>
    /// <returns>How many went, and the journal's position behind this segment; the file was not touched when none did.</returns>
    public static (long Removed, JournalPosition End) Rewrite(JournalFile journal, int segment, DateTimeOffset now, string by, LineTest remove)
    {
        string path = journal.Segment(segment);
        byte[] content = File.ReadAllBytes(path);
        var output = new ArrayBufferWriter<byte>(content.Length);
        byte[] read = [], written = [];
        var check = new byte[LineChecksum.Length];
        long next = 1, lastItem = 0, removed = 0, before = 0;
        for (int offset = 0; offset < content.Length;)
        {
            int length = content.AsSpan(offset).IndexOf((byte)'\n');
            if (length < 0)
            {
                throw Damaged(path, offset);
            }

            var line = content.AsSpan(offset, length);
            if (offset == 0)
            {
                (read, next) = Begin(journal, line, path);
                written = read;
            }

            if (ReanchorLine.IsReanchor(line) && ReanchorLine.TryVerify(line, read) is { } earlier)
            {
                (read, next) = (LineChecksum.Bytes(earlier.Head), earlier.NextTransaction);
                (before, lastItem) = (before + earlier.Removed, Math.Max(lastItem, earlier.LastItem));
            }
            else if (!LineChecksum.TryVerify(line, read, check))
            {
                throw Damaged(path, offset);
            }
            else
            {
                read = [.. check];
                bool header = offset == 0 && SegmentHeader.IsHeader(line);
                next += header ? 0 : 1;
                if (!header && remove(line))
                {
                    removed++;
                    lastItem = Math.Max(lastItem, TransactionReferences.Read(line).Item);
                }
                else
                {
                    written = Append(output, line, written);
                }
            }

            offset += length + 1;
        }

        var end = new JournalPosition(segment, content.Length, Encoding.ASCII.GetString(read), next);
        if (removed == 0)
        {
            return (0, end);
        }

        output.Write(new ReanchorLine(now, by, before + removed, lastItem, next, end.Check).ToLine(written));
        AtomicFile.Write(path, output.WrittenSpan, sync: true);
        return (removed, end with { Offset = output.WrittenCount });
    }

    /// <summary>The checksum before the header of a segment, and the id of its first transaction, as the header states them.</summary>
    private static (byte[] Previous, long First) Begin(JournalFile journal, ReadOnlySpan<byte> header, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(header.ToArray());
            string previous = json.RootElement.GetProperty("previous").GetString() ?? "";
            return (LineChecksum.Bytes(previous.Length == 0 ? journal.Name : previous), json.RootElement.GetProperty("first").GetInt64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Damaged(path, 0);
        }
    }

    /// <summary>Writes the payload of a line again, chained to what now stands before it.</summary>
    private static byte[] Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> line, byte[] previous)
    {
        var check = new byte[LineChecksum.Length];
        int payload = line.Length + 1 - LineChecksum.Overhead;
        var target = output.GetSpan(line.Length + 1)[..(line.Length + 1)];
        line[..payload].CopyTo(target);
        LineChecksum.Seal(target, payload, previous, check);
        output.Advance(line.Length + 1);
        return check;
    }

    private static MailBackupException Damaged(string path, long offset) => new(
        ErrorIds.JournalDamaged, $"The journal {path} is damaged at byte {offset}.", "Run 'mailbackup check' to see what is affected. Nothing of it was changed.", path);

    internal delegate bool LineTest(ReadOnlySpan<byte> line);
}
