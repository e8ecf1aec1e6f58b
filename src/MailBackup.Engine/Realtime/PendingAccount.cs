using MailBackup.Sources;

namespace MailBackup.Realtime;

/// <summary>What has changed in an account and is not saved yet.</summary>
/// <param name="First">When the oldest of the changes was heard of, by <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Folders">The folders to look at, and in each the items (null: all); null for all folders whose tokens have changed.</param>
internal sealed record PendingAccount(string Account, long First, IReadOnlyDictionary<(FolderKind Kind, string Key), IReadOnlySet<string>?>? Folders);
