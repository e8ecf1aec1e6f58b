using System.Text.Json;
using MailBackup.Archives;

namespace MailBackup.Cli.Json;

/// <summary>What <c>import-account --dry-run</c> counts.</summary>
internal static class ImportPreviewJson
{
    public static void Write(Utf8JsonWriter json, ImportPreview preview)
    {
        json.WriteStartObject();
        json.WriteString("format", ArchiveFormatText.ToText(preview.Format));
        json.WriteNumber("items", preview.Items);
        json.WriteNumber("added", preview.Added);
        json.WriteNumber("updated", preview.Updated);
        json.WriteNumber("skipped", preview.Skipped);
        json.WriteNumber("deleted", preview.Removed);
        json.WriteNumber("broken", preview.Broken);
        json.WriteEndObject();
    }
}
