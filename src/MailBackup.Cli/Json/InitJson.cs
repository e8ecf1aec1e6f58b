using System.Text.Json;
using MailBackup.Sources;

namespace MailBackup.Cli.Json;

/// <summary>What <c>init</c> did.</summary>
internal static class InitJson
{
    public static void Write(Utf8JsonWriter json, (string Path, bool Created, SourceConfiguration Source) value)
    {
        json.WriteStartObject();
        json.WriteString("path", value.Path);
        json.WriteBoolean("created", value.Created);
        SourceJson.WriteProperties(json, value.Source);
        json.WriteEndObject();
    }
}
