namespace MailBackup.Model;

/// <summary>What an item of an account is. The numbers are stored in the catalog: never renumber.</summary>
public enum ItemType
{
    Message = 1,
    Folder = 2,
    Contact = 3,
    ContactGroup = 4,
    Appointment = 5,
    Task = 6,
    Document = 7,
}
