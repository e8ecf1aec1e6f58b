using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>
/// Keeps what a restore has put on the server: the ids under which deleted items go on, or a map from another server's ids. <see cref="Restored"/>
/// is called from several threads, <see cref="SaveAsync"/> by one at a time in the whole run.
/// </summary>
internal interface IRestoreRecord
{
    /// <summary>The item is (or was already) on the server; not yet durable.</summary>
    /// <param name="state">As it was given to the server, adjusted.</param>
    void Restored(PlannedItem item, ItemState state, RestoredItem restored);

    /// <summary>
    /// All that was told since the last call is durable on the server. Called every few thousand items and at the end, also of a restore that is
    /// stopped: it takes no token.
    /// </summary>
    ValueTask SaveAsync();
}
