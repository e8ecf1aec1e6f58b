using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>An item that is on the server again, in its own account.</summary>
internal sealed record RevivedItem(ItemId Id, string FolderPath, FolderKind FolderKind, ItemState State);
