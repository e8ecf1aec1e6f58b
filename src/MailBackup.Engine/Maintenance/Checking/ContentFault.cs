namespace MailBackup.Maintenance.Checking;

/// <summary>Why a content that is named cannot be had. The numbers stand in <see cref="CheckIndex"/>.</summary>
internal enum ContentFault
{
    Damaged = 0,
    Missing = 1,
    Unreadable = 2,
}
