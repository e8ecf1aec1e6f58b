namespace MailBackup.Maintenance.Checking;

/// <summary>What a check knows of a blob. The numbers stand in <see cref="CheckIndex"/>.</summary>
internal enum MemberState
{
    /// <summary>Its header is right; the content was not in this run's sample.</summary>
    NotRead = 0,
    Proved = 1,
    Damaged = 2,

    /// <summary>The device did not give it out, which may be over in a moment: bad as long as it lasts, and never given up.</summary>
    Unreadable = 3,
}
