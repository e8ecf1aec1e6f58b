namespace MailBackup.Model;

/// <summary>A share of the live server: an entry of a folder's access list, or a subscription to a folder of another account.</summary>
/// <param name="Account">Whose folder is shared, or who is subscribed.</param>
/// <param name="Folder">Path of the shared folder; null for a subscription.</param>
/// <param name="Target">Whom it is shared with, or what is subscribed to, as the server writes it.</param>
/// <param name="Rights">Letters (RFC 4314 §2.1); null for a subscription.</param>
/// <param name="Reason">Why it is no good, a sentence; null when it is valid.</param>
public sealed record ShareInfo(ShareKind Kind, string Account, string? Folder, string Target, string? Rights, ShareState State, string? Reason);

/// <summary>Which end of a share it is.</summary>
public enum ShareKind
{
    /// <summary>An entry of a folder's access list.</summary>
    Grant,

    /// <summary>A subscription to a folder of another account.</summary>
    Mountpoint,
}

/// <summary>Whether a share leads anywhere.</summary>
public enum ShareState
{
    Valid,

    /// <summary>Nobody bears the name that the folder is shared with.</summary>
    UnknownGrantee,

    /// <summary>What is subscribed to is not there, or may not be seen.</summary>
    NothingThere,
}
