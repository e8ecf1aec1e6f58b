using System.Text.Json;
using MailBackup.Maintenance;

namespace MailBackup.Cli.Json;

/// <summary>What a purge would take away.</summary>
internal static class PurgePlanJson
{
    public static void Write(Utf8JsonWriter json, PurgePlan plan)
    {
        json.WriteStartObject();
        json.WriteNumber("items", plan.Items);
        json.WriteNumber("states", plan.States);
        json.WriteNumber("accountsTouched", plan.AccountsTouched);
        json.WriteNumber("journalBytes", plan.JournalBytes);
        json.WriteNumber("contentBytes", plan.ContentBytes);
        json.WriteNumber("heldItems", plan.HeldItems);
        Write(json, "accounts", plan.Accounts);
        Write(json, "heldAccounts", plan.HeldAccounts);
        Write(json, "damaged", plan.Damaged);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
