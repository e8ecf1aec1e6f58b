namespace MailBackup.Sources;

/// <summary>What a folder holds.</summary>
public enum FolderKind
{
    Mail = 1,
    Contacts = 2,
    Calendar = 3,
    Files = 4,
}
