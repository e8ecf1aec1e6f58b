using System.Text.Json;
using MailBackup.Sources;

namespace MailBackup.Cli.Json;

/// <summary>Which server is backed up.</summary>
internal static class SourceJson
{
    public static void WriteProperties(Utf8JsonWriter json, SourceConfiguration source)
    {
        json.WriteString("maildir", source.Maildir);
        json.WriteString("pattern", source.Pattern);
        json.WriteString("defaultDomain", source.DefaultDomain);
        json.WriteString("ldif", source.Ldif);
        json.WriteString("imap", source.Imap);
        json.WriteString("imapUser", source.ImapUser);
        json.WriteString("imapAccounts", source.ImapAccounts);
    }
}
