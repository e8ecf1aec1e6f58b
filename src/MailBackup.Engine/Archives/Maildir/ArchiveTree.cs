using MailBackup.Sources;
using MailBackup.Sources.Maildir;
using MailBackup.Sources.Maildir.Restoring;

namespace MailBackup.Archives.Maildir;

/// <summary>
/// The part of an archive that is a mail tree: one account in a folder, written by the very code that restores into a live tree, so that flags,
/// keywords, dates, subscriptions and collections are there as a server has them.
/// </summary>
internal sealed class ArchiveTree
{
    private const string Domain = "archive";

    private readonly string _account;
    private readonly MaildirRestoreTarget _target;

    /// <param name="folder">The archive; need not exist.</param>
    /// <param name="mailName">Name of the folder for the mail in it.</param>
    public ArchiveTree(string folder, string mailName)
    {
        _account = Path.GetFileName(folder) + "@" + Domain;
        _target = new MaildirRestoreTarget(new MailboxLayout(new SourceConfiguration
        {
            Maildir = Path.GetDirectoryName(folder), Pattern = "{user}/" + mailName, DefaultDomain = Domain,
        }));
    }

    public ValueTask CreateMailboxAsync(CancellationToken token) => _target.EnsureAccountAsync(_account, create: true, token);

    public ValueTask<bool> AddFolderAsync(RestoreFolder folder, CancellationToken token) => _target.EnsureFolderAsync(_account, folder, token);

    public async ValueTask<string?> AddItemAsync(RestoreFolder folder, RestoreItem item, CancellationToken token)
    {
        var added = await _target.RestoreItemAsync(_account, folder, item, token).ConfigureAwait(false);
        return added.AlreadyThere ? $"{folder.Path}/{item.State.Key} is in the archive once: the account has it twice, with the same name and content." : added.Note;
    }

    public ValueTask FlushAsync(CancellationToken token) => _target.FlushAsync(null, token);
}
