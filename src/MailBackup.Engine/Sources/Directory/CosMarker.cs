using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// The marker in the notes of a class of service that keeps its accounts out of the backup. Whoever edits the directory may write it by hand; the rest
/// of the notes is nobody's business here.
/// </summary>
internal static class CosMarker
{
    public const string NotesAttribute = "zimbraNotes";

    public const string Text = "${ZxBackup_Disabled}";

    public static bool IsIn(ProvisioningAttributes cos) =>
        cos.TryGetValue(NotesAttribute, out var notes) && notes.Any(n => n.Contains(Text, StringComparison.Ordinal));

    /// <summary>The notes with the marker; the same list when it is there.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> notes) =>
        notes.Any(n => n.Contains(Text, StringComparison.Ordinal)) ? notes
        : notes.Count == 0 || notes[0].Length == 0 ? [Text, .. notes.Skip(1)]
        : [notes[0] + " " + Text, .. notes.Skip(1)];

    /// <summary>The notes without any marker and the space that parted it from them; the same list when there is none.</summary>
    public static IReadOnlyList<string> Remove(IReadOnlyList<string> notes) =>
        notes.Any(n => n.Contains(Text, StringComparison.Ordinal)) ? [.. notes.Select(Without).Where(n => n.Length > 0)] : notes;

    private static string Without(string note)
    {
        for (int at; (at = note.IndexOf(Text, StringComparison.Ordinal)) >= 0;)
        {
            int end = at + Text.Length;
            bool spaceBefore = at > 0 && note[at - 1] == ' ', spaceBehind = at == 0 && end < note.Length && note[end] == ' ';
            note = note.Remove(at - (spaceBefore ? 1 : 0), Text.Length + (spaceBefore || spaceBehind ? 1 : 0));
        }

        return note;
    }
}
