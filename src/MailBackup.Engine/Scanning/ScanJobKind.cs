namespace MailBackup.Scanning;

/// <summary>What the committer does with a job.</summary>
internal enum ScanJobKind
{
    /// <summary>A folder is new, changed or (without state) gone.</summary>
    Folder,

    /// <summary>Flags, keywords or place of an item changed; its content did not.</summary>
    Metadata,

    /// <summary>The content was fetched: a new item, or one to compare.</summary>
    Content,

    /// <summary>A folder could not be listed.</summary>
    Unlisted,

    /// <summary>A new item whose content is known from another: <see cref="ScanJob.State"/> is all of it.</summary>
    Copy,

    /// <summary>All of the account has been queued.</summary>
    AccountEnd,

    /// <summary>The account could not be gone through to its end: nothing more of it comes.</summary>
    AccountBroken,
}
