using System.Text.Json;
using MailBackup.Maintenance.Checking;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>One segment of a journal in memory, cut into lines without asking whether they are right, and what is to be written in its place.</summary>
internal sealed class SegmentLines
{
    /// <summary>What <see cref="Line.Number"/> is for a line that is no transaction.</summary>
    public const long NoNumber = -1;

    private readonly byte[] _data;
    private readonly List<ReadOnlyMemory<byte>> _output = [];
    private readonly List<(int Offset, int Length, string Why)> _dropped = [];

    private SegmentLines(int number, string path, byte[] data, List<Line> lines) => (Number, Path, _data, Lines) = (number, path, data, lines);

    public int Number { get; }

    public string Path { get; }

    public List<Line> Lines { get; }

    public bool Changed { get; private set; }

    public IReadOnlyList<(int Offset, int Length, string Why)> Dropped => _dropped;

    /// <summary>The highest number of a segment that the journal has; 0 when it has none.</summary>
    public static int CountSegments(JournalFile journal) => !journal.Segmented
        ? File.Exists(journal.Segment(1)) ? 1 : 0
        : Directory.Exists(System.IO.Path.GetDirectoryName(journal.Segment(1)))
            ? Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(journal.Segment(1))!, "*.jsonl")
                .Select(f => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(f), System.Globalization.NumberStyles.None, null, out int n) ? n : 0).DefaultIfEmpty(0).Max()
            : 0;

    public static SegmentLines Read(JournalFile journal, int number)
    {
        string path = journal.Segment(number);
        byte[] data = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var lines = new List<Line>();
        for (int at = 0; at < data.Length;)
        {
            int feed = data.AsSpan(at).IndexOf((byte)'\n');
            int length = feed < 0 ? data.Length - at : feed;
            lines.Add(new Line(at, length, NumberOf(data.AsSpan(at, length), journal)));
            at += length + 1;
        }

        return new SegmentLines(number, path, data, lines) { Changed = !File.Exists(path) || (data.Length > 0 && data[^1] != '\n') };
    }

    public ReadOnlyMemory<byte> this[int line] => _data.AsMemory(Lines[line].Offset, Lines[line].Length);

    public void Keep(int line) => _output.Add(this[line]);

    public void Add(byte[] line)
    {
        _output.Add(line);
        Changed = true;
    }

    /// <summary>Takes the line added last back, for a better one.</summary>
    public void TakeBack()
    {
        _output.RemoveAt(_output.Count - 1);
        Changed = true;
    }

    public void Drop(int line, string why)
    {
        _dropped.Add((Lines[line].Offset, Lines[line].Length, why));
        Changed = true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[_output.Sum(l => l.Length + 1)];
        int at = 0;
        foreach (var line in _output)
        {
            line.Span.CopyTo(bytes.AsSpan(at));
            bytes[at + line.Length] = (byte)'\n';
            at += line.Length + 1;
        }

        return bytes;
    }

    /// <summary>The first transaction of what stands in a line: its own, that of a removal, that which a segment's header states.</summary>
    public static long FirstNumberOf(ReadOnlySpan<byte> line, JournalFile journal) =>
        RemovalRecord.IsRecord(line) ? RemovalRecord.Read(line)?.First ?? NoNumber
        : SegmentHeader.IsHeader(line) ? SegmentHeader.Read(line)?.First ?? NoNumber
        : NumberOf(line, journal);

    private static long NumberOf(ReadOnlySpan<byte> line, JournalFile journal)
    {
        try
        {
            return LineNumber.Read(journal, line);
        }
        catch (JsonException)
        {
            return NoNumber;
        }
    }

    /// <param name="Number">Of the transaction; <see cref="NoNumber"/> for a header, a record, or what cannot be read.</param>
    public readonly record struct Line(int Offset, int Length, long Number);
}
