using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>A place in a journal, as a member of another file or as one of its own.</summary>
internal static class JournalPositionJson
{
    /// <summary>A place in a journal as a file of its own.</summary>
    public static JournalPosition Read(byte[] json) =>
        JsonFile.Read(json, root => root.TryGetProperty("end", out _) ? ReadMember(root, "end") : throw new JsonException("'end' is missing."));

    public static byte[] Write(JournalPosition position) => JsonFile.Write(json => WriteMember(json, "end", position));

    /// <summary>The start of the journal where the member is left out.</summary>
    public static JournalPosition ReadMember(JsonElement element, string name) => element.TryGetProperty(name, out var position)
        ? new JournalPosition(
            position.GetProperty("segment").GetInt32(), position.GetProperty("offset").GetInt64(), position.RequiredText("check"), position.GetProperty("next").GetInt64())
        : JournalPosition.Start;

    public static void WriteMember(Utf8JsonWriter json, string name, JournalPosition position)
    {
        json.WriteStartObject(name);
        json.WriteNumber("segment"u8, position.Segment);
        json.WriteNumber("offset"u8, position.Offset);
        json.WriteString("check"u8, position.Check);
        json.WriteNumber("next"u8, position.NextTransaction);
        json.WriteEndObject();
    }
}
