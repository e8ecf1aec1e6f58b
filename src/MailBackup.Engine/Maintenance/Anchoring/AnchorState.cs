namespace MailBackup.Maintenance.Anchoring;

/// <summary>What became of a journal since an anchor was made.</summary>
public enum AnchorState
{
    /// <summary>All that the anchor saw is there unchanged; it may have grown.</summary>
    Intact,

    /// <summary>As intact, but for lines that records say a purge removed since.</summary>
    Purged,

    /// <summary>As intact, but for lines that records say were damaged when the backup was repaired since.</summary>
    Repaired,

    /// <summary>The anchor did not know it.</summary>
    New,

    /// <summary>It ends before the anchor's last transaction.</summary>
    Truncated,

    /// <summary>It has other lines than the anchor saw.</summary>
    Altered,

    /// <summary>Its lines do not fit their checksums.</summary>
    Damaged,

    /// <summary>It is not there.</summary>
    Missing,
}
