using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>Legal holds, and their changes.</summary>
internal static class LegalHoldJson
{
    public static void Write(Utf8JsonWriter json, LegalHold hold)
    {
        json.WriteStartObject();
        json.WriteString("account", hold.Account);
        json.WriteString("accountId", hold.AccountId);
        json.WriteBoolean("automatic", hold.Automatic);
        json.WriteMoment("since", hold.Since);
        json.WriteString("by", hold.By);
        json.WriteString("reason", hold.Reason);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, LegalHoldChange change)
    {
        json.WriteStartObject();
        json.WriteMoment("time", change.Time);
        json.WriteString("account", change.Account);
        json.WriteString("accountId", change.AccountId);
        json.WriteBoolean("held", change.Held);
        json.WriteBoolean("automatic", change.Automatic);
        json.WriteString("by", change.By);
        json.WriteString("reason", change.Reason);
        json.WriteEndObject();
    }

    public static void WriteChanged(Utf8JsonWriter json, (string Account, bool Held) value)
    {
        json.WriteStartObject();
        json.WriteString("account", value.Account);
        json.WriteBoolean("held", value.Held);
        json.WriteEndObject();
    }
}
