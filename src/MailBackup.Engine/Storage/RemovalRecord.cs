using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// The line that stands in a journal for lines that are no longer there:
/// <c>{"removed":5,"tx":9,"lastItem":700,"start":…,"why":"purge","seal":…,"check":…}</c> says that the transactions 5 to 9 were taken away, when and why. Its <c>check</c>
/// is the checksum that the last of them had, so everything behind it stays as it is and keeps being proved by its own checksum; a segment can be
/// rewritten alone, and a head that was written down before is still met. <c>seal</c> is the checksum of the record itself.
/// </summary>
/// <param name="Removed">How many transactions are gone; 0 where the record only bridges a checksum that cannot be proved.</param>
/// <param name="Last">The number of the last of them.</param>
/// <param name="LastItem">The highest item id among them, which is never given again; 0 where it is not known.</param>
/// <param name="Start">When they were removed.</param>
/// <param name="Check">What the next line is chained to.</param>
public sealed record RemovalRecord(long Removed, long Last, long LastItem, DateTimeOffset Start, RemovalReason Reason, string Check)
{
    private const string SealMark = ",\"seal\":\"";

    private static readonly string[] Reasons = ["purge", "damage", "unproved"];

    private static ReadOnlySpan<byte> LineStart => "{\"removed\":"u8;

    /// <summary>Bytes of <c>,"seal":"…"</c>.</summary>
    private static int SealLength => SealMark.Length + LineChecksum.Length + 1;

    public long First => Last - Removed + 1;

    public static bool IsRecord(ReadOnlySpan<byte> line) => line.StartsWith(LineStart);

    /// <summary>Writes the line without its line feed.</summary>
    /// <param name="previous">The checksum of the line before, or the name of the journal.</param>
    /// <param name="check">The checksum of the last line removed; null when it is not known, or when nothing stands behind the record.</param>
    public static byte[] Write(long removed, long last, long lastItem, DateTimeOffset start, RemovalReason reason, ReadOnlySpan<byte> previous, string? check)
    {
        string item = lastItem > 0 ? string.Create(CultureInfo.InvariantCulture, $",\"lastItem\":{lastItem}") : "";
        byte[] payload = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"removed\":{removed},\"tx\":{last}{item},\"start\":\"{TransactionLine.Truncate(start).UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"why\":\"{Reasons[(int)reason]}\""));
        Span<byte> chained = stackalloc byte[LineChecksum.Length];
        if (check is null)
        {
            LineChecksum.Compute(payload, previous, chained);
        }
        else
        {
            LineChecksum.Bytes(check).CopyTo(chained);
        }

        Span<byte> seal = stackalloc byte[LineChecksum.Length];
        LineChecksum.Compute([.. payload, .. chained], previous, seal);
        return [.. payload, .. Encoding.UTF8.GetBytes(SealMark), .. seal, .. "\",\"check\":\""u8, .. chained, .. "\"}"u8];
    }

    /// <summary>Verifies a record and gives the checksum that the next line is chained to.</summary>
    public static bool TryVerify(ReadOnlySpan<byte> line, ReadOnlySpan<byte> previous, Span<byte> check)
    {
        if (!LineChecksum.TryGet(line, check, out int length) || length <= SealLength)
        {
            return false;
        }

        int payloadLength = length - SealLength;
        var stated = line[payloadLength..length];
        Span<byte> seal = stackalloc byte[LineChecksum.Length];
        LineChecksum.Compute([.. line[..payloadLength], .. check[..LineChecksum.Length]], previous, seal);
        return stated.StartsWith(Encoding.UTF8.GetBytes(SealMark)) && stated.Slice(SealMark.Length, LineChecksum.Length).SequenceEqual(seal);
    }

    /// <summary>Null when the line, although sealed, is no record that can be.</summary>
    public static RemovalRecord? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            var root = document.RootElement;
            long removed = root.GetProperty("removed").GetInt64(), last = root.GetProperty("tx").GetInt64();
            int reason = Array.IndexOf(Reasons, root.GetProperty("why").GetString());
            return removed < 0 || last < removed || reason < 0
                ? null
                : new(removed, last, root.TryGetProperty("lastItem", out var item) ? item.GetInt64() : 0, root.GetProperty("start").GetDateTimeOffset(), (RemovalReason)reason, root.GetProperty("check").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
