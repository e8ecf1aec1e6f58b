using System.Text.Json;

namespace MailBackup.Cli.Json;

/// <summary>What <c>export</c> wrote to a file.</summary>
internal static class ExportJson
{
    public static void Write(Utf8JsonWriter json, (string Account, long Id, string File, long Bytes) value)
    {
        json.WriteStartObject();
        json.WriteString("account", value.Account);
        json.WriteNumber("id", value.Id);
        json.WriteString("file", value.File);
        json.WriteNumber("bytes", value.Bytes);
        json.WriteEndObject();
    }
}
