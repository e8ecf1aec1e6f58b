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

    /// <summary>
    /// Throws <see cref="ImapException"/>, also when this account cannot tell: taken for "no ids", a mailbox that is broken, or busy just now, would have every mail of
    /// every account kept under another key.
    /// </summary>
    public static async Task<ServerTraits> FindAsync(ImapConnection connection)
    {
        if (connection.Capabilities.Has("OBJECTID"))
        {
            return new ServerTraits("EMAILID", MailboxId);
        }

        try
        {
            return await AskAsync(connection, FolderNames.Inbox).ConfigureAwait(false);
        }
        catch (ImapCommandException e) when (e.Status.Kind != StatusKind.Bad && !Backoff.IsTransient(e))
        {
            return await AskElsewhereAsync(connection, e).ConfigureAwait(false);
        }
        catch (ImapCommandException e) when (e.Status.Kind == StatusKind.Bad)
        {
            return None;
        }
    }

    private static ServerTraits None { get; } = new(null, null);

    /// <summary>It is the folder that the server refuses, or what is asked of it: known from a folder of which it tells something else.</summary>
    private static async Task<ServerTraits> AskElsewhereAsync(ImapConnection connection, ImapCommandException refusal)
    {
        const int Enough = 10;
        var folders = new List<string> { FolderNames.Inbox };
        await connection.RunAsync("LIST \"\" \"*\"", text =>
        {
            if (ResponseLine.Parse(text) is var line && line.Is("LIST"u8) && ListData.Parse(line.Body) is { CanBeOpened: true } folder)
            {
                folders.Add(folder.Name);
            }
        }).ConfigureAwait(false);
        foreach (string folder in folders.Distinct(StringComparer.OrdinalIgnoreCase).Take(Enough))
        {
            bool opens = false;
            try
            {
                await connection.RunAsync($"STATUS {ImapCommand.Quote(folder)} (MESSAGES)").ConfigureAwait(false);
                opens = true;
                return await AskAsync(connection, folder).ConfigureAwait(false);
            }
            catch (ImapCommandException e) when (!Backoff.IsTransient(e))
            {
                if (opens)
                {
                    return None;
                }
            }
        }

        throw new ImapFolderException(refusal);
    }

    /// <summary>Dovecot announces its ids nowhere.</summary>
    private static async Task<ServerTraits> AskAsync(ImapConnection connection, string folder)
    {
        StatusData? status = null;
        await connection.RunAsync($"STATUS {ImapCommand.Quote(folder)} (X-GUID)", text =>
        {
            if (ResponseLine.Parse(text) is var line && line.Is("STATUS"u8))
            {
                status = StatusData.Parse(line.Body);
            }
        }).ConfigureAwait(false);
        return status?.Id is { Length: > 0 } ? new ServerTraits("X-GUID", "X-GUID") : None;
    }
}
