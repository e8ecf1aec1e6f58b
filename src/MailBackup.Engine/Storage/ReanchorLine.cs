using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// The line that ends what was left of a segment when lines were taken out of it:
/// <c>{"reanchor":"2026-03-01T04:00:00.000Z","by":"purge","removed":12,"lastItem":700,"next":813,"head":"…","seal":"…","check":"…"}</c>. Its
/// <c>seal</c> is the chained checksum of the line; its <c>check</c> is the checksum that the segment had at its end before, so that whatever was
/// chained to the old end, the next segment above all, goes on from it unchanged.
/// </summary>
/// <param name="When">The moment of the change.</param>
/// <param name="By">What took the lines out: <c>purge</c>, <c>repair</c>.</param>
/// <param name="Removed">Transactions taken out of this segment, all told.</param>
/// <param name="LastItem">The highest item id among them: it is never given again.</param>
/// <param name="NextTransaction">Id of the transaction that follows the segment.</param>
/// <param name="Head">The checksum at the old end.</param>
internal sealed record ReanchorLine(DateTimeOffset When, string By, long Removed, long LastItem, long NextTransaction, string Head)
{
    private static ReadOnlySpan<byte> Start => "{\"reanchor\":"u8;

    private static ReadOnlySpan<byte> Seal => ",\"seal\":\""u8;

    public static bool IsReanchor(ReadOnlySpan<byte> line) => line.StartsWith(Start);

    /// <summary>The whole line with its line feed.</summary>
    /// <param name="previous">The checksum of the line before.</param>
    public byte[] ToLine(ReadOnlySpan<byte> previous)
    {
        byte[] payload = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"reanchor\":\"{When.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"by\":\"{By}\",\"removed\":{Removed},\"lastItem\":{LastItem},\"next\":{NextTransaction},\"head\":\"{Head}\""));
        Span<byte> seal = stackalloc byte[LineChecksum.Length];
        LineChecksum.Compute(payload, previous, seal);
        return [.. payload, .. Seal, .. seal, .. "\",\"check\":\""u8, .. Encoding.ASCII.GetBytes(Head), .. "\"}\n"u8];
    }

    /// <summary>Verifies a line (without its line feed) against the checksum before it; null when it does not fit.</summary>
    public static ReanchorLine? TryVerify(ReadOnlySpan<byte> line, ReadOnlySpan<byte> previous)
    {
        Span<byte> check = stackalloc byte[LineChecksum.Length], seal = stackalloc byte[LineChecksum.Length];
        if (!LineChecksum.TryGet(line, check, out int sealedLength))
        {
            return null;
        }

        int payloadLength = sealedLength - Seal.Length - LineChecksum.Length - 1;
        if (payloadLength < 1 || !line[payloadLength..].StartsWith(Seal))
        {
            return null;
        }

        LineChecksum.Compute(line[..payloadLength], previous, seal);
        if (!line.Slice(payloadLength + Seal.Length, LineChecksum.Length).SequenceEqual(seal))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            var root = json.RootElement;
            var read = new ReanchorLine(
                root.GetProperty("reanchor").GetDateTimeOffset(), root.GetProperty("by").GetString() ?? "", root.GetProperty("removed").GetInt64(),
                root.GetProperty("lastItem").GetInt64(), root.GetProperty("next").GetInt64(), root.GetProperty("head").GetString() ?? "");
            return check.SequenceEqual(LineChecksum.Bytes(read.Head)) ? read : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
