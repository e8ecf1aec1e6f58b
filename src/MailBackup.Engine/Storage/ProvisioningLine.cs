using System.Buffers;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The journal line of an account, domain, COS or list:
/// <c>{"tx":3,"start":…,"type":"account","id":…,"name":"user@example.com","attributes":{"cn":["…"]},"check":…}</c>.
/// </summary>
public static class ProvisioningLine
{
    private static readonly string[] Kinds = ["", "account", "domain", "cos", "distributionlist"];

    /// <summary>Writes the payload: the object without its closing brace.</summary>
    public static ReadOnlySpan<byte> Write(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json, ProvisioningTransaction transaction)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("tx"u8, transaction.Id.Value);
        json.WriteString("start"u8, transaction.Start.UtcDateTime);
        json.WriteString("type"u8, Kinds[(int)transaction.Kind]);
        json.WriteString("id"u8, transaction.Entry);
        json.WriteString("name"u8, transaction.Name);
        if (transaction.DirectoryId is { } directoryId)
        {
            json.WriteString("directoryId"u8, directoryId);
        }

        if (transaction.Deleted)
        {
            json.WriteBoolean("deleted"u8, true);
        }
        else if (transaction.Attributes.Count > 0)
        {
            json.WriteStartObject("attributes"u8);
            foreach (var (name, values) in transaction.Attributes)
            {
                json.WriteStartArray(name);
                foreach (string value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan[..^1];
    }

    /// <summary>Throws <see cref="JsonException"/> when the line is none of these.</summary>
    public static ProvisioningTransaction Read(ReadOnlySpan<byte> line)
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

    private static ProvisioningTransaction ReadProperties(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        long id = 0;
        DateTimeOffset start = default;
        int kind = 0;
        Guid entry = default;
        string name = "";
        string? directoryId = null;
        bool deleted = false;
        var attributes = new ProvisioningAttributes();
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string property = json.GetString()!;
            json.Read();
            switch (property)
            {
                case "tx": id = json.GetInt64(); break;
                case "start": start = json.GetDateTimeOffset(); break;
                case "type": kind = Array.IndexOf(Kinds, json.GetString()); break;
                case "id": entry = json.GetGuid(); break;
                case "name": name = json.GetString()!; break;
                case "directoryId": directoryId = json.GetString(); break;
                case "deleted": deleted = json.GetBoolean(); break;
                case "attributes": ReadAttributes(ref json, attributes); break;
                default: json.TrySkip(); break;
            }
        }

        if (kind < 1 || id == 0)
        {
            throw new JsonException("The line is no transaction of a directory entry.");
        }

        return new(new TransactionId(id), start, (ProvisioningKind)kind, entry, name, directoryId, deleted, attributes);
    }

    private static void ReadAttributes(ref Utf8JsonReader json, ProvisioningAttributes attributes)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            var values = new List<string>();
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.String)
            {
                values.Add(json.GetString()!);
            }

            attributes[name] = values;
        }
    }
}
