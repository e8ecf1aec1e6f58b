namespace MailBackup.Storage;

/// <summary>Living items, deleted ones, or both.</summary>
public enum ItemSelection
{
    Living,
    Deleted,
    All,
}
