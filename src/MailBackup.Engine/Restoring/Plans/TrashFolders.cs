using MailBackup.Storage;

namespace MailBackup.Restoring.Plans;

/// <summary>
/// Which folders are the trash. Where the server says what a folder is for (RFC 6154, kept as the attribute <c>specialuse</c>), that counts;
/// else the names that mail programs give it, at the top or below INBOX.
/// </summary>
internal static class TrashFolders
{
    public const string SpecialUse = "specialuse";

    private static readonly string[] Names =
    [
        "Trash", "Deleted Items", "Deleted Messages", "Deleted", "Bin", "Papierkorb", "Gelöschte Elemente", "Gelöschte Objekte", "Corbeille",
        "Éléments supprimés", "Papelera", "Elementos eliminados", "Cestino", "Posta eliminata", "Prullenbak", "Lixeira", "Корзина",
    ];

    /// <param name="path">Path of a folder of mail. What lies below the trash is trash.</param>
    public static bool IsTrash(string path, IReadOnlyDictionary<string, string>? attributes)
    {
        if (attributes is not null && attributes.TryGetValue(SpecialUse, out string? use))
        {
            return use.Contains("\\Trash", StringComparison.OrdinalIgnoreCase);
        }

        string below = path.StartsWith("INBOX/", StringComparison.OrdinalIgnoreCase) ? path["INBOX/".Length..] : path;
        string top = below.Split('/')[0];
        return Names.Contains(top, StringComparer.OrdinalIgnoreCase);
    }
}
