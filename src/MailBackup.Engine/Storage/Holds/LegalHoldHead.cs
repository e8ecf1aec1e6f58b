using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// <c>legal_hold.head</c>: where the journal of legal holds ended after its last change. A journal that was cut at the end of a line, or is not there, looks like
/// one without holds; beside this it does not. Written behind the journal, so a crash leaves it as old as the change that nobody was told of; a path that has
/// none yet (an earlier version's) gets it with its next change.
/// </summary>
internal static class LegalHoldHead
{
    /// <summary>Null when there is none. Throws <see cref="JsonException"/> when it says nothing that can be read.</summary>
    public static JournalPosition? Read(BackupLayout layout)
    {
        try
        {
            return JournalPositionJson.Read(File.ReadAllBytes(layout.LegalHoldHead));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Durable when it returns.</summary>
    public static void Write(BackupLayout layout, JournalPosition end) =>
        AtomicFile.Write(layout.Files, layout.LegalHoldHead, JournalPositionJson.Write(end), sync: true);
}
