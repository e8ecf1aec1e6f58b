using System.Text.Json;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// <c>id_mapper.log</c> of an account: which items of other servers were restored into it, and the ids that they have here. A line an item:
/// <c>{"account":original account,"item":original id,"restored":id here,"digest":…}</c>.
/// </summary>
internal static class IdMap
{
    /// <summary>Lines that are torn or no such lines are passed over: their items are found by content.</summary>
    public static IEnumerable<(Guid Account, ItemId Item, ItemId Restored, Digest Digest)> Read(string path) => Lines(path, root =>
        (root.GetProperty("account").GetGuid(), new ItemId(root.GetProperty("item").GetInt64()), new ItemId(root.GetProperty("restored").GetInt64()),
            Digest.Parse(root.GetProperty("digest").GetString())));

    public static void Append(string path, IEnumerable<(Guid Account, ItemId Item, ItemId Restored, Digest Digest)> entries) => AppendLines(
        path,
        entries.Select(e => (Action<Utf8JsonWriter>)(json =>
        {
            json.WriteString("account"u8, e.Account);
            json.WriteNumber("item"u8, e.Item.Value);
            json.WriteNumber("restored"u8, e.Restored.Value);
            json.WriteString("digest"u8, e.Digest.ToString());
        })));

    public static IEnumerable<T> Lines<T>(string path, Func<JsonElement, T> read)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        foreach (string line in File.ReadLines(path))
        {
            T? value;
            try
            {
                using var document = JsonDocument.Parse(line);
                value = read(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                continue;
            }

            yield return value;
        }
    }

    /// <summary>Appends and makes durable. A torn last line of a crash is ended first.</summary>
    public static void AppendLines(string path, IEnumerable<Action<Utf8JsonWriter>> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 64 << 10);
        if (file.Length > 0)
        {
            file.Position = file.Length - 1;
            bool torn = file.ReadByte() != '\n';
            file.Position = file.Length;
            if (torn)
            {
                file.WriteByte((byte)'\n');
            }
        }

        using (var json = TransactionLine.CreateWriter(new System.Buffers.ArrayBufferWriter<byte>()))
        {
            foreach (var write in lines)
            {
                json.Reset(file);
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
                json.Flush();
                file.WriteByte((byte)'\n');
            }
        }

        file.Flush(flushToDisk: true);
    }
}
