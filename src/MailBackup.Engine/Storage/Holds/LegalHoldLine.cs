using System.Buffers;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// A line of <c>legal_hold.jsonl</c>:
/// <c>{"tx":3,"start":…,"account":…,"name":"user@example.com","hold":true,"automatic":true,"reason":"…","by":"root@mx","check":…}</c>.
/// </summary>
internal static class LegalHoldLine
{
    /// <summary>Writes the payload: the object without its closing brace.</summary>
    public static ReadOnlySpan<byte> Write(ArrayBufferWriter<byte> buffer, LegalHoldChange change)
    {
        buffer.ResetWrittenCount();
        using var json = TransactionLine.CreateWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("tx"u8, change.Id.Value);
        json.WriteString("start"u8, change.Time.UtcDateTime);
        json.WriteString("account"u8, change.AccountId);
        json.WriteString("name"u8, change.Account);
        json.WriteBoolean("hold"u8, change.Held);
        if (change.Automatic)
        {
            json.WriteBoolean("automatic"u8, true);
        }

        if (change.Reason.Length > 0)
        {
            json.WriteString("reason"u8, change.Reason);
        }

        json.WriteString("by"u8, change.By);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan[..^1];
    }

    /// <summary>Throws <see cref="JsonException"/> when the line says no change of a hold.</summary>
    public static LegalHoldChange Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new(
                new TransactionId(root.GetProperty("tx").GetInt64()),
                root.GetProperty("start").GetDateTimeOffset(),
                root.GetProperty("account").GetGuid(),
                root.GetProperty("name").GetString() ?? "",
                root.GetProperty("hold").GetBoolean(),
                root.TryGetProperty("automatic", out var automatic) && automatic.GetBoolean(),
                root.TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "",
                root.TryGetProperty("by", out var by) ? by.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
