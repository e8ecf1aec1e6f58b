using System.Buffers;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// Reads and writes the small JSON files of a backup path by hand: the serializer's metadata would cost a third of a scan that has nothing to do.
/// Properties that are not known are passed over. Throws <see cref="JsonException"/> on what is not one of these files.
/// </summary>
internal static class JsonFile
{
    public static T Read<T>(byte[] json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = TransactionLine.CreateWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public static string? OptionalText(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static string RequiredText(this JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is missing.");

    public static bool Flag(this JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.GetBoolean();

    public static long? OptionalNumber(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : null;

    /// <summary>A whole number that may not be negative: minus one day of retention would be the end of everything that was ever deleted.</summary>
    public static int Count(this JsonElement element, string name, int standard) => element.OptionalNumber(name) switch
    {
        null => standard,
        >= 0 and <= int.MaxValue and var number => (int)number,
        var number => throw new JsonException(FormattableString.Invariant($"\"{name}\" is {number}; it must be from 0 to {int.MaxValue}.")),
    };

    public static DateTimeOffset? OptionalTime(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    public static void WriteText(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void WriteFlag(this Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, value);
        }
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
    }
}
