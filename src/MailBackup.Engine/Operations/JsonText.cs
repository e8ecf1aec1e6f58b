using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>
/// JSON objects written and read by hand. The serializer, even with generated code, has the runtime compile some 200 methods the first time, which
/// takes longer than a scan that finds nothing new.
/// </summary>
internal static class JsonText
{
    public static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads an object. Throws <see cref="JsonException"/> for whatever does not read.</summary>
    public static T Read<T>(string json, Func<JsonElement, T> members)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return members(document.RootElement);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    public static void WriteStrings(this Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>The object with one more member, an array of strings.</summary>
    public static string WithStrings(string json, string name, IReadOnlyList<string> values)
    {
        using var document = JsonDocument.Parse(json);
        return Write(writer =>
        {
            foreach (var member in document.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteStrings(name, values);
        });
    }

    /// <summary>A member that may be left out or null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string that must be there.</summary>
    public static string Text(this JsonElement element) => element.GetString() ?? throw new JsonException("A text is missing.");

    /// <summary>An array of strings that may be left out, but must not be anything else.</summary>
    public static string[] Strings(this JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var array))
        {
            return [];
        }

        string[] values = new string[array.GetArrayLength()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = array[i].Text();
        }

        return values;
    }
}
