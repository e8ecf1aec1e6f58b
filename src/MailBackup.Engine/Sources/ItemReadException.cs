namespace MailBackup.Sources;

/// <summary>One item cannot be read; the scan goes on and tries it again next time.</summary>
public sealed class ItemReadException(string path, string reason, Exception? inner = null)
    : MailBackupException(ErrorIds.ItemReadFailed, $"{path}: {reason}.", "The item is tried again at the next scan.", path, inner)
{
    /// <summary>Path or name of the item on the server.</summary>
    public string Path { get; } = path;

    public string Reason { get; } = reason;

    /// <summary>True when the server answers otherwise, but refuses or breaks off over this one item however often it is asked: what it has of it is broken.</summary>
    public bool IsBroken => InnerException is Imap.Protocol.ImapConnectionException or Imap.Protocol.ImapCommandException { IsLimit: false };
}
