using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The journal line of an item's transaction:
/// <c>{"item":7,"tx":12,"start":"2026-03-01T04:00:00.123Z","type":"message","folder":1,"subject":…,"digest":…,"key":…,"check":…}</c>.
/// Properties that are empty are left out; a deletion has <c>"deleted":true</c> and no state.
/// </summary>
public static class TransactionLine
{
    private const string StartFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A writer that keeps text readable (and searchable with grep): nothing is escaped that JSON does not demand.</summary>
    public static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output) => new(output, WriterOptions);

    /// <summary>Transactions begin on whole milliseconds.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    /// <summary>Writes the payload: the object without its closing brace.</summary>
    public static ReadOnlySpan<byte> Write(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json, Transaction transaction)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("item"u8, transaction.Item.Value);
        json.WriteNumber("tx"u8, transaction.Id.Value);
        WriteTime(json, "start"u8, transaction.Start, StartFormat);
        if (transaction.State is { } state)
        {
            ItemStateJson.Write(json, state);
        }
        else
        {
            json.WriteBoolean("deleted"u8, true);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan[..^1];
    }

    /// <summary>Reads a line, with or without its checksum property. Throws <see cref="JsonException"/> when it is no transaction.</summary>
    public static Transaction Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return ReadProperties(line);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static Transaction ReadProperties(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        var item = default(ItemId);
        var id = default(TransactionId);
        DateTimeOffset start = default;
        bool deleted = false;
        var state = new ItemStateReader();
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("item"u8))
            {
                json.Read();
                item = new ItemId(json.GetInt64());
            }
            else if (json.ValueTextEquals("tx"u8))
            {
                json.Read();
                id = new TransactionId(json.GetInt64());
            }
            else if (json.ValueTextEquals("start"u8))
            {
                json.Read();
                start = json.GetDateTimeOffset();
            }
            else if (json.ValueTextEquals("deleted"u8))
            {
                json.Read();
                deleted = json.GetBoolean();
            }
            else
            {
                state.ReadProperty(ref json);
            }
        }

        if (item.Value == 0 || id.Value == 0)
        {
            throw new JsonException("The line names no item or no transaction.");
        }

        return new Transaction(item, id, start, deleted ? null : state.Build());
    }

    internal static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time, string format)
    {
        Span<byte> text = stackalloc byte[40];
        time.UtcDateTime.TryFormat(text, out int n, format, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..n]);
    }
}
