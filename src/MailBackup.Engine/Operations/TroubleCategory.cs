namespace MailBackup.Operations;

/// <summary>Why an item could not be dealt with, as an administrator tells it apart: where to look next.</summary>
public enum TroubleCategory
{
    /// <summary>None of the item: an account, a directory, the program.</summary>
    Other,

    /// <summary>Its content or photograph cannot be read: missing, or the device fails. Look at the disk; it may be read another time.</summary>
    ReadError,

    /// <summary>What is read of it is corrupt. Look for another copy of the backup path.</summary>
    BrokenItem,

    /// <summary>It is read and intact, but the server refused it, or it makes no sense there. Look at the server.</summary>
    InvalidItem,
}

/// <summary>The only place that says which errors belong to which category. Each error id says by itself where it came from.</summary>
public static class TroubleCategories
{
    public static TroubleCategory Of(string errorId) => errorId switch
    {
        ErrorIds.BlobMissing or ErrorIds.BlobUnreadable or ErrorIds.ItemReadFailed => TroubleCategory.ReadError,
        ErrorIds.BlobDamaged or ErrorIds.JournalDamaged => TroubleCategory.BrokenItem,
        ErrorIds.ItemRestoreFailed or ErrorIds.FolderNotFound or ErrorIds.ItemNotFound or ErrorIds.ItemHasNoContent => TroubleCategory.InvalidItem,
        _ => TroubleCategory.Other,
    };
}
