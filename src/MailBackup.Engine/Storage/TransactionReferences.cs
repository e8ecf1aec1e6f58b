using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>What a transaction line names, read without the rest of it: its item, its folder, the blobs that it needs.</summary>
internal readonly record struct TransactionReferences(long Item, long Transaction, long Folder, Digest? First, Digest? Second)
{
    /// <summary>Reads a line, with or without its checksum. Throws <see cref="JsonException"/> when it is no transaction.</summary>
    public static TransactionReferences Read(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        long item = 0, transaction = 0, folder = 0;
        Digest? whole = null, header = null, body = null;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("item"u8))
            {
                item = ReadNumber(ref json);
            }
            else if (json.ValueTextEquals("tx"u8))
            {
                transaction = ReadNumber(ref json);
            }
            else if (json.ValueTextEquals("folder"u8))
            {
                folder = ReadNumber(ref json);
            }
            else if (json.ValueTextEquals("digest"u8))
            {
                whole = ReadDigest(ref json);
            }
            else if (json.ValueTextEquals("header"u8))
            {
                header = ReadDigest(ref json);
            }
            else if (json.ValueTextEquals("body"u8))
            {
                body = ReadDigest(ref json);
            }
            else
            {
                json.Read();
                json.TrySkip();
            }
        }

        if (item == 0 || transaction == 0)
        {
            throw new JsonException("The line names no item or no transaction.");
        }

        return header is not null && body is not null
            ? new(item, transaction, folder, header, body) : new(item, transaction, folder, whole, null);
    }

    private static long ReadNumber(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetInt64();
    }

    private static Digest ReadDigest(ref Utf8JsonReader json)
    {
        json.Read();
        Span<char> text = stackalloc char[Digest.TextLength];
        return json.ValueSpan.Length == Digest.TextLength && json.CopyString(text) == Digest.TextLength && Digest.TryParse(text, out var digest)
            ? digest
            : throw new JsonException("A digest is not one.");
    }
}
