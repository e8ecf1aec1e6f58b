namespace MailBackup.Sources.Maildir.Changes;

/// <summary>What a watched directory is to the backup.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Role">What its entries mean.</param>
/// <param name="Mailbox">Whose it is; null above the mailboxes.</param>
/// <param name="Kind">With <paramref name="Key"/>, the folder that it belongs to.</param>
internal sealed record WatchedDirectory(string Path, WatchRole Role, Mailbox? Mailbox, FolderKind Kind = FolderKind.Mail, string Key = "");
