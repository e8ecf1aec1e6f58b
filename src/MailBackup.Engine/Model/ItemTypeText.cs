namespace MailBackup.Model;

/// <summary>The written names of <see cref="ItemType"/>, as journals, JSON output and options have them.</summary>
public static class ItemTypeText
{
    private static readonly (ItemType Type, string Text)[] Table =
    [
        (ItemType.Message, "message"),
        (ItemType.Folder, "folder"),
        (ItemType.Contact, "contact"),
        (ItemType.ContactGroup, "contactgroup"),
        (ItemType.Appointment, "appointment"),
        (ItemType.Task, "task"),
        (ItemType.Document, "document"),
    ];

    public static IEnumerable<string> All => Table.Select(t => t.Text);

    public static string ToText(ItemType type)
    {
        foreach (var entry in Table)
        {
            if (entry.Type == type)
            {
                return entry.Text;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, "No such item type.");
    }

    /// <summary>Gives 0 for a name that is none.</summary>
    public static ItemType Parse(string text)
    {
        foreach (var entry in Table)
        {
            if (string.Equals(entry.Text, text, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Type;
            }
        }

        return 0;
    }
}
