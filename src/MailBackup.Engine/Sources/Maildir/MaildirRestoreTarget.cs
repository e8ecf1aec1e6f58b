namespace MailBackup.Sources.Maildir;
internal sealed class MaildirRestoreTarget(MailboxLayout layout) : IRestoreTarget
{
    public ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token) => throw new NotImplementedException(layout.Root);
    public ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token) => throw new NotImplementedException();
    public ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token) => throw new NotImplementedException();
    public ValueTask FlushAsync(CancellationToken token) => throw new NotImplementedException();
}
