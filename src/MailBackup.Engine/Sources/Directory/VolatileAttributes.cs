using System.Collections.Frozen;

namespace MailBackup.Sources;

/// <summary>
/// The attributes of a directory that are not backed up: they change by themselves, so each would make a new state of an account at every
/// scan, and no restore wants them. This is the whole list; <c>zimbraLastLogonTimestampFrequency</c> is a setting and is kept.
/// </summary>
internal static class VolatileAttributes
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        // Last login (Zimbra; OpenLDAP's lastbind overlay and password policy).
        "zimbraLastLogonTimestamp",
        "authTimestamp",
        "pwdLastSuccess",
        // Sessions that are open right now.
        "zimbraAuthTokens",
        "zimbraCsrfTokenData",
        // Stamps of the directory server: who wrote last, when, and the state of its replication.
        "modifyTimestamp",
        "modifiersName",
        "entryCSN",
        "contextCSN");

    /// <param name="attribute">Options (RFC 4512 §2.5.2) do not matter.</param>
    public static bool Contains(string attribute)
    {
        int option = attribute.IndexOf(';', StringComparison.Ordinal);
        return Names.Contains(option < 0 ? attribute : attribute[..option]);
    }
}
