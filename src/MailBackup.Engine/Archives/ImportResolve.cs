namespace MailBackup.Archives;

/// <summary>What becomes of an item that is in the account and in the archive.</summary>
public enum ImportResolve
{
    /// <summary>It stays as it is in the account.</summary>
    Skip = 1,

    /// <summary>It gets the archive's flags, keywords and date; its content stays.</summary>
    Modify = 2,

    /// <summary>It becomes what the archive has: content, flags, keywords and date.</summary>
    Replace = 3,

    /// <summary>The account (or the folder imported into) is emptied first, then the archive is put in.</summary>
    Reset = 4,
}
