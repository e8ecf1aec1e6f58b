using System.Text.Json;

namespace MailBackup.Cli.Json;

/// <summary>How many operations were asked to stop.</summary>
internal static class StopJson
{
    public static void Write(Utf8JsonWriter json, int count)
    {
        json.WriteStartObject();
        json.WriteNumber("stopping", count);
        json.WriteEndObject();
    }
}
