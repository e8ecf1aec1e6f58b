using System.Text.Json;
using MailBackup.Cli.Parsing;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>A state of an item, as <c>items</c> and <c>history</c> write it.</summary>
internal static class ItemJson
{
    public static void Write(Utf8JsonWriter json, BackupItem item)
    {
        json.WriteStartObject();
        WriteProperties(json, item);
        json.WriteEndObject();
    }

    public static void WriteProperties(Utf8JsonWriter json, BackupItem item)
    {
        json.WriteString("account", item.Account);
        json.WriteNumber("id", item.Id.Value);
        json.WriteString("type", ItemTypeNames.ToName(item.Type));
        json.WriteString("folder", item.Folder);
        json.WriteString("subject", item.Subject);
        json.WriteString("from", item.From);
        json.WriteMoment("date", item.Date);
        json.WriteNumber("size", item.Size);
        json.WriteString("flags", item.Flags.ToLetters());
        json.WriteStartArray("tags");
        foreach (string tag in item.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteBoolean("deleted", item.Deleted);
        json.WriteMoment("start", item.Start);
        json.WriteMoment("end", item.End);
        json.WriteNumber("transaction", item.Transaction.Value);
        WriteDigest(json, item.Digest);
    }

    private static void WriteDigest(Utf8JsonWriter json, Digest? digest)
    {
        if (digest is not { } value)
        {
            json.WriteNull("digest");
            return;
        }

        Span<byte> text = stackalloc byte[Digest.TextLength];
        value.Format(text);
        json.WriteString("digest"u8, text);
    }
}
