using System.Text.Json;
using MailBackup.Operations;

namespace MailBackup.Cli.Json;

/// <summary>One thing that an operation could not do.</summary>
internal static class TroubleJson
{
    public static void Write(Utf8JsonWriter json, ItemTrouble trouble)
    {
        json.WriteStartObject();
        json.WriteString("error", trouble.ErrorId);
        json.WriteString("category", trouble.Category.ToString());
        json.WriteString("account", trouble.Account);
        json.WriteNumberOrNull("item", trouble.Item);
        json.WriteString("path", trouble.Path);
        json.WriteString("message", trouble.Reason);
        json.WriteEndObject();
    }
}
