using System.Text.Json;

namespace MailBackup.Cli.Json;

/// <summary>The error that ended a command.</summary>
internal static class ErrorJson
{
    public static void Write(Utf8JsonWriter json, (string Id, string Message) error)
    {
        json.WriteStartObject();
        json.WriteString("error", error.Id);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }
}
