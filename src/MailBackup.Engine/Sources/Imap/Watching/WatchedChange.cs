namespace MailBackup.Sources.Imap.Watching;

/// <summary>What a response that nobody asked for says of an account.</summary>
internal enum WatchedChange
{
    /// <summary>Nothing that a backup keeps.</summary>
    None,

    /// <summary>Messages of one folder came or changed.</summary>
    Folder,

    /// <summary>Folders changed, or messages left one, perhaps for another: the account as a whole is to be looked at.</summary>
    Account,

    /// <summary>The server tells no more what happens, or has not told everything.</summary>
    Lost,
}
