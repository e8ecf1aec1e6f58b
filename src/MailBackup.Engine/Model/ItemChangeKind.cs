namespace MailBackup.Model;

/// <summary>What became of an item between two moments.</summary>
public enum ItemChangeKind
{
    Added = 1,

    /// <summary>It lies in another folder, or (a folder) has another path.</summary>
    Moved = 2,

    /// <summary>Flags, tags, content or whatever else <see cref="ItemChange.Differences"/> names.</summary>
    Changed = 3,

    Deleted = 4,
}
