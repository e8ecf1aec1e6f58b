using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Finds what a damaged line was, the one byte that was changed in it above all. The checksum tells which of all candidates is right, and 96 bits leave no room for a wrong one; a journal
/// line has some hundred bytes, so trying each costs a tenth of a second. Of long lines only a flipped bit is tried.
/// </summary>
internal static class LineMend
{
    private const int LongestForBytes = 1024;
    private const int LongestForBits = 8192;

    /// <summary>What a line was that does not fit, or two of them: its stated checksum proves it, or that which the line behind it is chained to.</summary>
    /// <param name="next">The first line of the next segment.</param>
    /// <returns>The lines as they were, and how many they stand for; null when nothing proves what they were.</returns>
    public static (byte[][] Lines, int Used)? Find(SegmentLines segment, int line, byte[]? next, SalvagedChain chain)
    {
        var bytes = segment[line].Span;
        byte[]? resealed = LineChecksum.TryGet(bytes, new byte[LineChecksum.Length], out int length) && segment.Lines[line].Number == chain.Expected ? chain.Seal(bytes[..length]) : null;
        if (resealed is not null && FollowerFits(segment, line + 1, next, resealed))
        {
            return ([resealed], 1);
        }

        if (Correct(bytes, chain.Previous) is { } corrected)
        {
            return ([corrected], 1);
        }

        if (bytes.Length > 1 && chain.Fits(bytes[..^1]))
        {
            // The last line feed of the file was changed.
            return ([bytes[..^1].ToArray()], 1);
        }

        if (Split(bytes, chain.Previous) is { } two)
        {
            return ([two.First, two.Second], 1);
        }

        return line + 1 < segment.Lines.Count && Join(bytes, segment[line + 1].Span, chain.Previous) is { } joined ? ([joined], 2) : null;
    }

    /// <summary>The line as it was, or null when more than one byte differs.</summary>
    public static byte[]? Correct(ReadOnlySpan<byte> damaged, ReadOnlySpan<byte> previous)
    {
        if (damaged.Length > LongestForBits)
        {
            return null;
        }

        Span<byte> check = stackalloc byte[LineChecksum.Length];
        byte[] line = damaged.ToArray();
        for (int i = 0; i < line.Length; i++)
        {
            byte was = line[i];
            bool bits = damaged.Length > LongestForBytes;
            for (int change = 1; change < 256; change = bits ? change << 1 : change + 1)
            {
                line[i] = (byte)(was ^ change);
                if (JournalReader.Fits(line, previous, check))
                {
                    return line;
                }
            }

            line[i] = was;
        }

        return null;
    }

    /// <summary>Two lines whose line feed was changed, or null.</summary>
    public static (byte[] First, byte[] Second)? Split(ReadOnlySpan<byte> damaged, ReadOnlySpan<byte> previous)
    {
        Span<byte> check = stackalloc byte[LineChecksum.Length];
        Span<byte> second = stackalloc byte[LineChecksum.Length];
        for (int at = 2; at < damaged.Length - 2; at++)
        {
            if (damaged[at - 1] == '}' && damaged[at + 1] == '{' && JournalReader.Fits(damaged[..at], previous, check) && JournalReader.Fits(damaged[(at + 1)..], check, second))
            {
                return (damaged[..at].ToArray(), damaged[(at + 1)..].ToArray());
            }
        }

        return null;
    }

    /// <summary>A line of which one byte was changed into a line feed, or null.</summary>
    public static byte[]? Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> previous)
    {
        Span<byte> check = stackalloc byte[LineChecksum.Length];
        byte[] line = [.. first, 0, .. second];
        for (int value = 0; value < 256; value++)
        {
            line[first.Length] = (byte)value;
            if (JournalReader.Fits(line, previous, check))
            {
                return line;
            }
        }

        return null;
    }

    private static bool FollowerFits(SegmentLines segment, int follower, byte[]? next, ReadOnlySpan<byte> line)
    {
        Span<byte> check = stackalloc byte[LineChecksum.Length];
        LineChecksum.TryGet(line, check, out _);
        return follower < segment.Lines.Count ? JournalReader.Fits(segment[follower].Span, check, new byte[LineChecksum.Length])
            : next is not null && JournalReader.Fits(next, check, new byte[LineChecksum.Length]);
    }
}
