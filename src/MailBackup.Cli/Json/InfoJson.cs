using System.Text.Json;
using MailBackup.Configuration;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>Sizes, dates and configuration of a backup path.</summary>
internal static class InfoJson
{
    public static void Write(Utf8JsonWriter json, (BackupInfo Info, NodeConfiguration Configuration) value)
    {
        var info = value.Info;
        json.WriteStartObject();
        json.WriteString("path", info.Path);
        json.WriteString("serverId", info.ServerId);
        json.WriteNumber("formatVersion", info.FormatVersion);
        json.WriteNumber("accounts", info.Accounts);
        json.WriteNumber("deletedAccounts", info.DeletedAccounts);
        json.WriteNumber("items", info.Items);
        json.WriteNumber("deletedItems", info.DeletedItems);
        json.WriteNumber("transactions", info.Transactions);
        json.WriteNumber("blobs", info.Blobs);
        json.WriteNumber("contentBytes", info.ContentBytes);
        json.WriteNumber("storedBytes", info.StoredBytes);
        json.WriteNumber("stateBytes", info.StateBytes);
        json.WriteMoment("firstScan", info.FirstScan);
        json.WriteMoment("lastScan", info.LastScan);
        SourceJson.WriteProperties(json, value.Configuration.Source);
        json.WriteNumber("dataRetentionDays", value.Configuration.DataRetentionDays);
        json.WriteNumber("accountRetentionDays", value.Configuration.AccountRetentionDays);
        json.WriteNumber("readErrorThreshold", value.Configuration.ReadErrorThreshold);
        json.WriteEndObject();
    }
}
