using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>How a server names messages and folders wherever they lie; found out once, on the first connection.</summary>
/// <param name="MessageId">Fetch item: <c>EMAILID</c> (RFC 8474), <c>X-GUID</c> of Dovecot; null when it has nothing of the kind.</param>
/// <param name="FolderId">Status item: <c>MAILBOXID</c>, <c>X-GUID</c>.</param>
internal sealed record ServerTraits(string? MessageId, string? FolderId)
{
    /// <summary>RFC 8474.</summary>
    public const string MailboxId = "MAILBOXID";

    /// <summary>What a listing of messages asks for.</summary>
    public string ListItems => "UID FLAGS INTERNALDATE" + (MessageId is null ? "" : " " + MessageId);

    /// <summary>The server's own id of a message; null where it has none that can be used.</summary>
    public string? GuidOf(FetchData data) => MessageId is not null && data.Guid is { Length: > 0 and < 200 } guid && !guid.Contains('#') ? guid : null;

    public static async Task<ServerTraits> FindAsync(ImapConnection connection)
    {
        if (connection.Capabilities.Has("OBJECTID"))
        {
            return new ServerTraits("EMAILID", MailboxId);
        }

        try
        {
            // Dovecot announces it nowhere.
            StatusData? status = null;
            await connection.RunAsync("STATUS INBOX (X-GUID)", text =>
            {
                if (ResponseLine.Parse(text) is var line && line.Is("STATUS"u8))
                {
                    status = StatusData.Parse(line.Body);
                }
            }).ConfigureAwait(false);
            return status?.Id is { Length: > 0 } ? new ServerTraits("X-GUID", "X-GUID") : new ServerTraits(null, null);
        }
        catch (ImapCommandException)
        {
            return new ServerTraits(null, null);
        }
    }
}
