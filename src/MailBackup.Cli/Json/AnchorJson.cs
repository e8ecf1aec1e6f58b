using System.Text.Json;
using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cli.Json;

/// <summary>An anchor that was written, and what its verification says of one journal.</summary>
internal static class AnchorJson
{
    public static void Write(Utf8JsonWriter json, (string File, BackupAnchor Anchor) value)
    {
        json.WriteStartObject();
        json.WriteString("file", value.File);
        json.WriteString("server", value.Anchor.ServerId);
        json.WriteString("created", value.Anchor.Created.UtcDateTime);
        json.WriteString("root", value.Anchor.Root);
        json.WriteNumber("journals", value.Anchor.Journals.Count);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AnchorResult result)
    {
        json.WriteStartObject();
        json.WriteString("journal", result.Journal);
        json.WriteString("account", result.Account);
        json.WriteString("state", result.State.ToString());
        json.WriteNumber("anchored", result.Anchored);
        json.WriteNumber("transactions", result.Transactions);
        json.WriteNumber("removed", result.Removed);
        json.WriteString("detail", result.Detail);
        json.WriteEndObject();
    }
}
