namespace MailBackup.Sources.Maildir.Changes;

/// <summary>What the entries of a watched directory mean.</summary>
internal enum WatchRole
{
    /// <summary>Above the mailboxes: a new directory may hold new accounts.</summary>
    Tree,

    /// <summary>Holds <c>Maildir</c>, <c>Contacts</c>, <c>Calendars</c>, <c>Files</c>, or some of them.</summary>
    User,

    /// <summary>A Maildir++ folder; the inbox's holds the others, too.</summary>
    MailFolder,

    /// <summary><c>cur</c> or <c>new</c>: every entry is a message.</summary>
    Messages,

    /// <summary><c>Contacts</c> or <c>Calendars</c>: items and collections.</summary>
    Collections,

    /// <summary>A collection or a directory of documents.</summary>
    Items,
}
