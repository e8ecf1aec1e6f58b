namespace MailBackup.Archives;

/// <summary>What an account archive looks like.</summary>
public enum ArchiveFormat
{
    /// <summary>A Maildir++ tree with <c>Contacts</c>, <c>Calendars</c> and <c>Files</c> beside it, which a mail server can serve.</summary>
    Maildir = 1,

    /// <summary>A file a folder in mboxrd form, with <c>Contacts</c>, <c>Calendars</c> and <c>Files</c> beside.</summary>
    Mbox = 2,

    /// <summary>One zip file: an <c>.eml</c>, <c>.vcf</c> or <c>.ics</c> an item, and one file that says what else belongs to them.</summary>
    Zip = 3,
}
