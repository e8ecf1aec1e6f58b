namespace MailBackup.Archives.Mbox;

/// <summary>Where a message stands in an mbox file: the line that begins it, and the bytes from there to the blank line that ends it.</summary>
/// <param name="FromLine">Without its end.</param>
/// <param name="IsQuoted">False in an mboxcl2 file, which says how long a message is and quotes nothing.</param>
internal readonly record struct MboxMessage(string FromLine, long Start, long End, bool IsQuoted);
