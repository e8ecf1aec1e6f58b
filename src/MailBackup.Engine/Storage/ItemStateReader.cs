using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Gathers the state of an item from the properties of its journal line, as <see cref="ItemStateJson"/> writes them, in any order.</summary>
internal ref struct ItemStateReader
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

    /// <summary>Throws <see cref="JsonException"/> when no type was stated.</summary>
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
