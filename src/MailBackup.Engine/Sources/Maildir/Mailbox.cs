namespace MailBackup.Sources.Maildir;

/// <summary>Where an account lies.</summary>
/// <param name="Account">Address, as the directories spell it.</param>
/// <param name="UserDirectory">Holds <c>Contacts</c>, <c>Calendars</c> and <c>Files</c>.</param>
/// <param name="MailDirectory">Holds <c>cur</c>; the same directory in the flat layout. It may not exist yet.</param>
internal sealed record Mailbox(string Account, string UserDirectory, string MailDirectory)
{
    public const string Contacts = "Contacts";
    public const string Calendars = "Calendars";
    public const string Files = "Files";

    public string FolderDirectory(SourceFolder folder) => folder.Kind == FolderKind.Mail
        ? folder.Key == FolderName.InboxKey ? MailDirectory : MailDirectory + "/" + folder.Key
        : UserDirectory + "/" + folder.Key;
}
