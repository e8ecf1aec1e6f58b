using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>A content that the mail server has lost, as one JSON line.</summary>
internal static class LostContentJson
{
    public static void Write(Utf8JsonWriter json, LostContent content)
    {
        json.WriteStartObject();
        json.WriteString("account", content.Account);
        json.WriteNumber("id", content.Id.Value);
        json.WriteString("loss", content.Loss.ToString());
        json.WriteString("folder", content.Folder);
        json.WriteString("key", content.Key);
        json.WriteString("subject", content.Subject);
        json.WriteNumber("size", content.Size);
        json.WriteString("digest", content.Digest.ToString());
        json.WriteEndObject();
    }
}
