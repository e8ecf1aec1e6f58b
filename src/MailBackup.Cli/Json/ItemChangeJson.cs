using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>A difference between two moments, as <c>compare</c> writes it.</summary>
internal static class ItemChangeJson
{
    public static string Name(ItemChangeKind kind) => kind switch
    {
        ItemChangeKind.Added => "added",
        ItemChangeKind.Moved => "moved",
        ItemChangeKind.Deleted => "deleted",
        _ => "changed",
    };

    public static void Write(Utf8JsonWriter json, ItemChange change)
    {
        json.WriteStartObject();
        json.WriteString("account", change.Account);
        json.WriteNumber("id", change.Id.Value);
        json.WriteString("change", Name(change.Change));
        json.WriteStartArray("differences");
        foreach (string difference in change.Differences)
        {
            json.WriteStringValue(difference);
        }

        json.WriteEndArray();
        json.WriteMoment("at", change.At);
        WriteState(json, "before", change.Before);
        WriteState(json, "after", change.After);
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, string name, BackupItem? item)
    {
        json.WritePropertyName(name);
        if (item is null)
        {
            json.WriteNullValue();
        }
        else
        {
            ItemJson.Write(json, item);
        }
    }
}
