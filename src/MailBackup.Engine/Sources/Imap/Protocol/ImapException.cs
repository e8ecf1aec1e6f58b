namespace MailBackup.Sources.Imap.Protocol;

/// <summary>What goes wrong between us and an IMAP server. Never leaves the room: the source says what it means for an account or an item.</summary>
internal abstract class ImapException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The connection is of no more use: broken, timed out, closed by the server or out of step.</summary>
internal class ImapConnectionException(string message, Exception? inner = null) : ImapException(message, inner);

/// <summary>The server has said nothing for as long as we wait. Another attempt would wait as long again, and whoever stands behind it too.</summary>
internal sealed class ImapSilenceException(string message, Exception? inner = null) : ImapConnectionException(message, inner);

/// <summary>The server said what no server may say, or more than we are willing to hold.</summary>
internal sealed class ImapProtocolException(string message) : ImapConnectionException(message);

/// <summary>A connection that cannot be had in this way, however often it is tried: an untrusted certificate, no way to log in.</summary>
internal sealed class ImapRefusedException(string message, Exception? inner = null) : ImapException(message, inner);

/// <summary>The server refused a command (<c>NO</c>, <c>BAD</c>); the connection lives on.</summary>
internal sealed class ImapCommandException(StatusLine status) : ImapException(status.Text.Length > 0 ? status.Text : status.Kind.ToString())
{
    public StatusLine Status { get; } = status;

    /// <summary>It is too much for the server: of the account's quota, of the size of one message.</summary>
    public bool IsLimit => Is("OVERQUOTA") || Is("LIMIT") || Is("TOOBIG");

    public bool Is(string code) => string.Equals(Status.Code, code, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One folder cannot be read, over a connection that was had for it.</summary>
internal sealed class ImapFolderException(ImapException inner) : ImapException(inner.Message, inner);
