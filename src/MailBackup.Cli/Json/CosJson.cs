using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>A class of service and whether it is backed up.</summary>
internal static class CosJson
{
    public static void Write(Utf8JsonWriter json, CosBackup cos)
    {
        json.WriteStartObject();
        json.WriteString("cos", cos.Cos);
        json.WriteBoolean("enabled", cos.Enabled);
        json.WriteNumber("members", cos.Members);
        json.WriteString("notes", cos.Notes);
        json.WriteEndObject();
    }
}
