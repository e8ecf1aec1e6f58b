using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;

namespace MailBackup.Sharing;

/// <summary>
/// Goes through the shares of the live server, on both ends: entries of access lists whose grantee nobody is, and subscriptions to folders of others that are not
/// there. After a restore from another server they point to names of the old one.
/// </summary>
internal sealed class ShareSurvey(IMailSource source, IFolderSharing sharing, Principals principals, Action<ItemTrouble> trouble)
{
    /// <summary>Errors: <c>SharesUnsupported</c>, those of the source.</summary>
    public static async Task<ShareSurvey> BeginAsync(IMailSource source, Action<ItemTrouble> trouble, CancellationToken token)
    {
        var sharing = source.Sharing ?? throw new MailBackupException(
            ErrorIds.SharesUnsupported, $"Shares are not supported by this source: {source.Description} tells of no access lists.",
            "Reach the server over IMAP, or look at the shares with the server's own tools.", source.Description);
        return new ShareSurvey(source, sharing, await Principals.ReadAsync(source, sharing, token).ConfigureAwait(false), trouble);
    }

    public IFolderSharing Sharing => sharing;

    public Principals Principals => principals;

    /// <summary>An account that cannot be looked at is told and costs that account.</summary>
    /// <param name="accounts">Addresses; empty for all.</param>
    public async IAsyncEnumerable<ShareInfo> FindAsync(
        IReadOnlyList<string> accounts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        foreach (string account in accounts.Count > 0 ? accounts : await source.ListMailboxesAsync(token).ConfigureAwait(false))
        {
            List<ShareInfo> found;
            try
            {
                found = await FindAsync(account, token).ConfigureAwait(false);
            }
            catch (MailBackupException e) when (e.ErrorId != ErrorIds.SharesUnsupported)
            {
                trouble(new ItemTrouble(e.ErrorId, account, null, null, e.Message));
                continue;
            }

            foreach (var share in found)
            {
                yield return share;
            }
        }
    }

    private async Task<List<ShareInfo>> FindAsync(string account, CancellationToken token)
    {
        var found = new List<ShareInfo>();
        foreach (var (folder, shares) in await sharing.ListAsync(account, token).ConfigureAwait(false))
        {
            found.AddRange(shares.Select(share => principals.Trouble(share.Grantee) is { } reason
                ? new ShareInfo(ShareKind.Grant, account, folder, share.Grantee, share.Rights, ShareState.UnknownGrantee, reason)
                : new ShareInfo(ShareKind.Grant, account, folder, share.Grantee, share.Rights, ShareState.Valid, null)));
        }

        var folders = await source.ListFoldersAsync(account, token).ConfigureAwait(false);
        string[] mountpoints = folders.Select(f => f.Attributes?.GetValueOrDefault(SourceFolder.Mountpoints)).FirstOrDefault(m => m is not null)?.Split('\n') ?? [];
        var there = mountpoints.Length > 0 ? await sharing.FindAsync(account, mountpoints, token).ConfigureAwait(false) : new HashSet<string>();
        found.AddRange(mountpoints.Select(mountpoint => there.Contains(mountpoint)
            ? new ShareInfo(ShareKind.Mountpoint, account, null, mountpoint, null, ShareState.Valid, null)
            : new ShareInfo(ShareKind.Mountpoint, account, null, mountpoint, null, ShareState.NothingThere, "no such folder is there, or it is not shared with the account")));
        return found;
    }
}
