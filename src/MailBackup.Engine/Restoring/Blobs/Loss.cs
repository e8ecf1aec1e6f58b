using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Blobs;

/// <summary>A lost content, and what is needed to put it back.</summary>
/// <param name="Place">The photograph that names the right content.</param>
/// <param name="Folder">Where it belongs.</param>
/// <param name="There">The folder and the item on the server; null when the item is missing.</param>
internal sealed record Loss(LostContent Content, JournalPlace Place, RestoreFolder Folder, (SourceFolder Folder, SourceItem Item)? There);
