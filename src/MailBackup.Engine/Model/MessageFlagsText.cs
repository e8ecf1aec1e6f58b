namespace MailBackup.Model;

/// <summary>
/// The two written forms of <see cref="MessageFlags"/>: one letter a flag in ASCII order, as Maildir file names and our journals
/// have them (<c>DFPRST</c>), and the IMAP names that people read (<c>\Seen \Flagged</c>).
/// </summary>
public static class MessageFlagsText
{
    private static readonly (MessageFlags Flag, char Letter, string Name)[] Table =
    [
        (MessageFlags.Draft, 'D', "\\Draft"),
        (MessageFlags.Flagged, 'F', "\\Flagged"),
        (MessageFlags.Forwarded, 'P', "$Forwarded"),
        (MessageFlags.Answered, 'R', "\\Answered"),
        (MessageFlags.Seen, 'S', "\\Seen"),
        (MessageFlags.Deleted, 'T', "\\Deleted"),
    ];

    public static string ToLetters(this MessageFlags flags)
    {
        Span<char> letters = stackalloc char[Table.Length];
        int n = 0;
        foreach (var (flag, letter, _) in Table)
        {
            if ((flags & flag) != 0)
            {
                letters[n++] = letter;
            }
        }

        return new string(letters[..n]);
    }

    /// <summary>Letters that are no flag (keywords, a server's own) are passed over.</summary>
    public static MessageFlags FromLetters(ReadOnlySpan<char> letters)
    {
        var flags = MessageFlags.None;
        foreach (char c in letters)
        {
            foreach (var (flag, letter, _) in Table)
            {
                if (c == letter)
                {
                    flags |= flag;
                }
            }
        }

        return flags;
    }

    public static string ToNames(this MessageFlags flags) =>
        string.Join(' ', Table.Where(t => (flags & t.Flag) != 0).Select(t => t.Name));
}
