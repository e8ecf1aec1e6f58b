namespace MailBackup.Archives;

/// <summary>The written names of <see cref="ArchiveFormat"/>, as options and archives have them.</summary>
public static class ArchiveFormatText
{
    private static readonly (ArchiveFormat Format, string Text)[] Table =
        [(ArchiveFormat.Maildir, "maildir"), (ArchiveFormat.Mbox, "mbox"), (ArchiveFormat.Zip, "zip")];

    public static IEnumerable<string> All => Table.Select(t => t.Text);

    public static string ToText(ArchiveFormat format) => Table.First(t => t.Format == format).Text;

    /// <summary>Null for a name that is none.</summary>
    public static ArchiveFormat? Parse(string text)
    {
        foreach (var (format, name) in Table)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return null;
    }
}
