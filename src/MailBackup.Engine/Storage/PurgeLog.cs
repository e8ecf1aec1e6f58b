using System.Buffers;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// <c>purges.jsonl</c>: what a purge is about to take away, written and durable before it does so. It tells the catalog, also after a crash, what to
/// read anew, and whoever looks for missing accounts when and why they went. One object writes down all that one purge takes away.
/// </summary>
/// <param name="followed">How far the catalog has followed the log: what stands before is not read again, as long as the log has that place.</param>
internal sealed class PurgeLog(BackupLayout layout, JournalPosition followed)
{
    private JournalWriter? _writer;

    /// <summary>Appends a record and makes it durable.</summary>
    public void Append(PurgeRecord record)
    {
        var writer = _writer ??= JournalWriter.Open(layout.Purges, JournalReader.Matches(layout.Purges, followed) ? followed : null, layout.Cut);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = TransactionLine.CreateWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("tx"u8, writer.NextTransaction);
        json.WriteString("start"u8, record.When.UtcDateTime);
        Write(json, "rewritten", record.Rewritten, static (j, id) => j.WriteStringValue(id));
        Write(json, "removed", record.Removed, static (j, account) =>
        {
            j.WriteStartObject();
            j.WriteString("id"u8, account.Id);
            j.WriteString("name"u8, account.Name);
            j.WriteNumber("transactions"u8, account.Transactions);
            j.WriteString("head"u8, account.Head);
            j.WriteEndObject();
        });
        Write(json, "bundles", record.Bundles, static (j, bundle) => j.WriteNumberValue(bundle));
        json.WriteEndObject();
        json.Flush();
        writer.Append(buffer.WrittenSpan[..^1]);
        writer.Save();
    }

    /// <summary>The records behind a position, and the end of the log. A torn end is passed over: nothing was done for it.</summary>
    public static (List<PurgeRecord> Records, JournalPosition End) Read(BackupLayout layout, JournalPosition from)
    {
        using var reader = JournalReader.From(layout.Purges, from);
        var records = new List<PurgeRecord>();
        while (reader.TryRead(out var line))
        {
            using var json = JsonDocument.Parse(line.Bytes);
            var root = json.RootElement;
            records.Add(new PurgeRecord(
                root.GetProperty("start").GetDateTimeOffset(),
                [.. Elements(root, "rewritten").Select(e => e.GetGuid())],
                [.. Elements(root, "removed").Select(e => new RemovedAccount(
                    e.GetProperty("id").GetGuid(), e.GetProperty("name").GetString() ?? "", e.GetProperty("transactions").GetInt64(), e.GetProperty("head").GetString() ?? ""))],
                [.. Elements(root, "bundles").Select(e => e.GetInt32())]));
        }

        return (records, reader.Position);
    }

    private static IEnumerable<JsonElement> Elements(JsonElement root, string name) =>
        root.TryGetProperty(name, out var array) ? array.EnumerateArray() : [];

    private static void Write<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(json, value);
        }

        json.WriteEndArray();
    }
}
