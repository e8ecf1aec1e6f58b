using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>A share of the live server, as one JSON line; with what a repair would point it to.</summary>
internal static class ShareInfoJson
{
    public static void Write(Utf8JsonWriter json, ShareInfo share)
    {
        json.WriteStartObject();
        WriteMembers(json, share);
        json.WriteEndObject();
    }

    public static void WritePlanned(Utf8JsonWriter json, (ShareInfo Share, string? To) planned)
    {
        json.WriteStartObject();
        WriteMembers(json, planned.Share);
        json.WriteString("to", planned.To);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, ShareInfo share)
    {
        json.WriteString("account", share.Account);
        json.WriteString("kind", share.Kind.ToString());
        json.WriteString("folder", share.Folder);
        json.WriteString("target", share.Target);
        json.WriteString("rights", share.Rights);
        json.WriteString("state", share.State.ToString());
        json.WriteString("reason", share.Reason);
    }
}
