using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Writes the state of an item as properties of its journal line; <see cref="ItemStateReader"/> reads them. What is empty is left out.</summary>
internal static class ItemStateJson
{
    private const string DateFormat = "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ";

    public static void Write(Utf8JsonWriter json, ItemState state)
    {
        json.WriteString("type"u8, ItemTypeText.ToText(state.Type));
        if (state.Folder is { } folder)
        {
            json.WriteNumber("folder"u8, folder.Value);
        }

        WriteText(json, "subject"u8, state.Subject);
        WriteText(json, "from"u8, state.From);
        if (state.Flags != MessageFlags.None)
        {
            json.WriteString("flags"u8, state.Flags.ToLetters());
        }

        if (state.Tags.Count > 0)
        {
            json.WriteStartArray("tags"u8);
            foreach (string tag in state.Tags)
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
        }

        if (state.Date != default)
        {
            TransactionLine.WriteTime(json, "date"u8, state.Date, DateFormat);
        }

        if (state.Digest is { } digest)
        {
            json.WriteNumber("size"u8, state.Size);
            WriteDigest(json, "digest"u8, digest);
        }

        if (state.Header is { } header && state.Body is { } body)
        {
            WriteDigest(json, "header"u8, header);
            WriteDigest(json, "body"u8, body);
        }

        WriteText(json, "key"u8, state.Key);
        if (state.Attributes is { Count: > 0 } attributes)
        {
            json.WriteStartObject("attributes"u8);
            foreach (var (name, value) in attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteDigest(Utf8JsonWriter json, ReadOnlySpan<byte> name, Digest digest)
    {
        Span<byte> text = stackalloc byte[Digest.TextLength];
        digest.Format(text);
        json.WriteString(name, text);
    }
}
