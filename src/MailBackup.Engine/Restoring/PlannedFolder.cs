using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>A folder that a plan wants on the server even when no item goes into it; it counts as an item.</summary>
/// <param name="Id">Its id in the store that it comes from.</param>
internal sealed record PlannedFolder(ItemId Id, RestoreFolder Folder);
