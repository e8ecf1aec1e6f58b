using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Cli.Json;

/// <summary>
/// An account. Its attributes stay in the backup: they hold password hashes, which have no place in the output of a listing.
/// </summary>
internal static class AccountJson
{
    public static void Write(Utf8JsonWriter json, Account account)
    {
        json.WriteStartObject();
        json.WriteString("account", account.Name);
        json.WriteString("id", account.Id);
        json.WriteString("domain", account.Domain);
        json.WriteBoolean("deleted", account.Deleted);
        json.WriteMoment("created", account.Created);
        json.WriteMoment("start", account.Start);
        json.WriteEndObject();
    }
}
