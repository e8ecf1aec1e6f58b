namespace MailBackup.Sources;

/// <summary>One entry of a folder's access list: who may do what with it.</summary>
/// <param name="Grantee">The identifier as the server writes it: a user, a list with its sign (<c>$staff</c>, <c>group:staff</c>), <c>anyone</c>; with <c>-</c> before it, rights are denied.</param>
/// <param name="Rights">Letters (RFC 4314 §2.1): <c>lrs</c>.</param>
public sealed record FolderShare(string Grantee, string Rights);

/// <summary>
/// Who may see and change the folders of others. Errors: those of <see cref="IMailSource"/>; <c>SharesUnsupported</c> when the server keeps no access lists;
/// <c>ShareNotChanged</c> when it refuses a change.
/// </summary>
public interface IFolderSharing
{
    /// <summary>The access lists of an account's folders, by path: those that have an entry for anybody but the owner, who is left out.</summary>
    ValueTask<IReadOnlyDictionary<string, IReadOnlyList<FolderShare>>> ListAsync(string account, CancellationToken token);

    /// <summary>
    /// Gives rights in a folder of the account, besides those that the grantee may have there, and takes all of another's entry away when it is named.
    /// The new one stands before the old one goes.
    /// </summary>
    /// <param name="insteadOf">Identifier whose entry goes; null for none.</param>
    ValueTask GrantAsync(string account, string path, FolderShare share, string? insteadOf, CancellationToken token);

    /// <summary>Which of these folders of others (lines of <see cref="SourceFolder.Mountpoints"/>) the account can see.</summary>
    ValueTask<IReadOnlySet<string>> FindAsync(string account, IReadOnlyCollection<string> mountpoints, CancellationToken token);

    /// <summary>Subscribes the account to a folder of another's in the place of one that it is subscribed to.</summary>
    ValueTask MoveMountpointAsync(string account, string from, string to, CancellationToken token);

    /// <summary>True for identifiers that are the server's own words or people: <c>anyone</c>, whoever administers the server.</summary>
    bool IsReserved(string grantee);
}
