using MailBackup.Model;

namespace MailBackup.Cli.Commands;

/// <summary>Says in a word or two what made one state of an item differ from the one before.</summary>
internal static class StateChange
{
    public static string Describe(BackupItem? before, BackupItem now)
    {
        if (now.Deleted)
        {
            return "deleted";
        }

        if (before is null)
        {
            return "added";
        }

        if (before.Deleted)
        {
            return "back";
        }

        var changes = new List<string>(4);
        AddIf(changes, now.Folder != before.Folder, now.Type == ItemType.Folder ? "renamed" : "moved");
        AddIf(changes, now.Digest != before.Digest, "content");
        AddIf(changes, now.Flags != before.Flags, "flags");
        AddIf(changes, !now.Tags.SequenceEqual(before.Tags, StringComparer.Ordinal), "tags");
        return changes.Count > 0 ? string.Join(", ", changes) : "attributes";
    }

    private static void AddIf(List<string> changes, bool changed, string word)
    {
        if (changed)
        {
            changes.Add(word);
        }
    }
}
