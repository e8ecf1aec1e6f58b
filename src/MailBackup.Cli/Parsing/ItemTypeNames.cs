using MailBackup.Model;

namespace MailBackup.Cli.Parsing;

/// <summary>The names of item types as they are typed and written: one table for both.</summary>
internal static class ItemTypeNames
{
    private static readonly (ItemType Type, string Name)[] Table =
    [
        (ItemType.Message, "message"),
        (ItemType.Contact, "contact"),
        (ItemType.ContactGroup, "contactgroup"),
        (ItemType.Appointment, "appointment"),
        (ItemType.Task, "task"),
        (ItemType.Document, "document"),
        (ItemType.Folder, "folder"),
    ];

    /// <summary>Null for all types. Throws <c>ArgumentInvalid</c>.</summary>
    public static ItemType? Parse(string? text)
    {
        if (text is null || text.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var (type, name) in Table)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        throw new MailBackupException(
            ErrorIds.ArgumentInvalid,
            $"'{text}' is not a type of item.",
            "The types are message, contact, contactgroup, appointment, task, document, folder and all.",
            text);
    }

    public static string ToName(ItemType type)
    {
        foreach (var (known, name) in Table)
        {
            if (known == type)
            {
                return name;
            }
        }

        return type.ToString();
    }
}
