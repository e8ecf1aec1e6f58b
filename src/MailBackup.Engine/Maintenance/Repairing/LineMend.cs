using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>
/// Finds the one byte that was changed in a line. The checksum tells which of all candidates is right, and 96 bits leave no room for a wrong one; a journal
/// line has some hundred bytes, so trying each costs a tenth of a second. Of long lines only a flipped bit is tried.
/// </summary>
internal static class LineMend
{
    private const int LongestForBytes = 1024;
    private const int LongestForBits = 8192;

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
}
