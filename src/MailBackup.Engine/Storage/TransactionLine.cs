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
    private const string DateFormat = "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ";

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
            WriteState(json, state);
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
        var state = new StateBuilder();
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

    private static void WriteState(Utf8JsonWriter json, ItemState state)
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
            WriteTime(json, "date"u8, state.Date, DateFormat);
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

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time, string format)
    {
        Span<byte> text = stackalloc byte[40];
        time.UtcDateTime.TryFormat(text, out int n, format, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..n]);
    }

    private static void WriteDigest(Utf8JsonWriter json, ReadOnlySpan<byte> name, Digest digest)
    {
        Span<byte> text = stackalloc byte[Digest.TextLength];
        digest.Format(text);
        json.WriteString(name, text);
    }

    private ref struct StateBuilder
    {
        private ItemType _type;
        private ItemId? _folder;
        private string? _subject, _from, _key;
        private MessageFlags _flags;
        private List<string>? _tags;
        private DateTimeOffset _date;
        private long _size;
        private Digest? _digest, _header, _body;
        private SortedDictionary<string, string>? _attributes;

        /// <summary>Properties of a later minor version are passed over.</summary>
        public void ReadProperty(ref Utf8JsonReader json)
        {
            if (json.ValueTextEquals("type"u8))
            {
                _type = ItemTypeText.Parse(ReadText(ref json));
            }
            else if (json.ValueTextEquals("folder"u8))
            {
                json.Read();
                _folder = new ItemId(json.GetInt64());
            }
            else if (json.ValueTextEquals("subject"u8))
            {
                _subject = ReadText(ref json);
            }
            else if (json.ValueTextEquals("from"u8))
            {
                _from = ReadText(ref json);
            }
            else if (json.ValueTextEquals("flags"u8))
            {
                _flags = MessageFlagsText.FromLetters(ReadText(ref json));
            }
            else if (json.ValueTextEquals("date"u8))
            {
                json.Read();
                _date = json.GetDateTimeOffset();
            }
            else if (json.ValueTextEquals("size"u8))
            {
                json.Read();
                _size = json.GetInt64();
            }
            else if (json.ValueTextEquals("digest"u8))
            {
                _digest = ReadDigest(ref json);
            }
            else if (json.ValueTextEquals("header"u8))
            {
                _header = ReadDigest(ref json);
            }
            else if (json.ValueTextEquals("body"u8))
            {
                _body = ReadDigest(ref json);
            }
            else if (json.ValueTextEquals("key"u8))
            {
                _key = ReadText(ref json);
            }
            else if (json.ValueTextEquals("tags"u8))
            {
                ReadTags(ref json);
            }
            else if (json.ValueTextEquals("attributes"u8))
            {
                ReadAttributes(ref json);
            }
            else
            {
                json.Read();
                json.TrySkip();
            }
        }

        public readonly ItemState Build() => new()
        {
            Type = _type == 0 ? throw new JsonException("The line states no type.") : _type,
            Folder = _folder,
            Subject = _subject ?? "",
            From = _from ?? "",
            Flags = _flags,
            Tags = _tags is null ? [] : _tags,
            Date = _date,
            Size = _size,
            Digest = _digest,
            Header = _header,
            Body = _body,
            Key = _key ?? "",
            Attributes = _attributes,
        };

        private static string ReadText(ref Utf8JsonReader json)
        {
            json.Read();
            return json.GetString() ?? "";
        }

        private static Digest ReadDigest(ref Utf8JsonReader json)
        {
            json.Read();
            Span<char> text = stackalloc char[Digest.TextLength];
            return json.ValueSpan.Length == Digest.TextLength && json.CopyString(text) == Digest.TextLength && Digest.TryParse(text, out var digest)
                ? digest
                : throw new JsonException("A digest is not one.");
        }

        private void ReadTags(ref Utf8JsonReader json)
        {
            _tags = [];
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.String)
            {
                _tags.Add(json.GetString()!);
            }
        }

        private void ReadAttributes(ref Utf8JsonReader json)
        {
            _attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                _attributes[name] = ReadText(ref json);
            }
        }
    }
}
