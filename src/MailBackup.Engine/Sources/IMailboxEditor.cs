using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Changes and removes items of a live server, which a restore never does. Whoever calls it has made sure that what goes can be had back. Every call
/// is safe beside the running server: an item that is no longer what was listed is left alone.
/// </summary>
public interface IMailboxEditor
{
    /// <summary>Gives a message other flags, keywords and, where the server can, internal date. The content stays.</summary>
    /// <returns>Where it is now; <see cref="RestoredItem.AlreadyThere"/> when there was nothing to change; null when it has gone or is another by now.</returns>
    ValueTask<RestoredItem?> ChangeAsync(string account, SourceFolder folder, SourceItem item, ItemState wanted, CancellationToken token);

    /// <summary>
    /// Puts other content in the place of a contact, appointment or document, under the same name, in one step. Messages never change: add the new one
    /// and remove the old.
    /// </summary>
    /// <returns>What is there now; null when the item has gone or is another by now.</returns>
    ValueTask<RestoredItem?> ReplaceAsync(string account, SourceFolder folder, SourceItem item, RestoreItem with, CancellationToken token);

    /// <summary>
    /// Puts its own content back into an item that has lost it, message or not: name, flags and keywords stay, and so does the number that the
    /// server knows it by, where messages can be changed at all; else the right one is put beside it and the broken one removed. Durable when the call returns.
    /// </summary>
    /// <returns>True; null when the item has gone or is another by now.</returns>
    ValueTask<bool?> RepairContentAsync(string account, SourceFolder folder, SourceItem item, RestoreItem content, CancellationToken token);

    /// <summary>Removes an item for good.</summary>
    /// <returns>False when it has gone already or is another by now; then nothing was removed.</returns>
    ValueTask<bool> RemoveAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token);
}
