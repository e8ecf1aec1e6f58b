namespace MailBackup.Sources.Maildir;

internal static class TemporaryFile
{
    /// <summary>Files in the making where there is no <c>tmp</c> directory; a crash may leave one behind, no scan takes it for an item.</summary>
    public const string HiddenPrefix = ".mailbackup-";

    public static ReadOnlySpan<byte> HiddenPrefixBytes => ".mailbackup-"u8;
}
