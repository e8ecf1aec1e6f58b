using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>A folder as an item: its path is the subject, its kind and the source's attributes are the attributes.</summary>
internal static class FolderState
{
    public const string KindAttribute = "kind";

    private static readonly (FolderKind Kind, string Text)[] Kinds =
    [
        (FolderKind.Mail, "mail"), (FolderKind.Contacts, "contacts"), (FolderKind.Calendar, "calendar"), (FolderKind.Files, "files"),
    ];

    public static ItemState Of(SourceFolder folder)
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal) { [KindAttribute] = ToText(folder.Kind) };
        foreach (var (name, value) in folder.Attributes ?? EmptyAttributes)
        {
            attributes[name] = value;
        }

        return new ItemState { Type = ItemType.Folder, Subject = folder.Path, Key = folder.Key, Attributes = attributes };
    }

    public static FolderKind KindOf(ItemState folder)
    {
        string? text = null;
        folder.Attributes?.TryGetValue(KindAttribute, out text);
        return ParseKind(text);
    }

    public static string ToText(FolderKind kind) => Kinds.First(k => k.Kind == kind).Text;

    /// <summary>Mail for what is no kind.</summary>
    public static FolderKind ParseKind(string? text) => Kinds.FirstOrDefault(k => k.Text == text, Kinds[0]).Kind;

    /// <summary>The source's attributes, without the kind; null when there are none.</summary>
    public static IReadOnlyDictionary<string, string>? SourceAttributes(ItemState folder)
    {
        var rest = folder.Attributes?.Where(a => a.Key != KindAttribute).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        return rest is { Count: > 0 } ? rest : null;
    }

    public static FolderStat ToStat(Transaction folder) => new()
    {
        Id = folder.Item.Value,
        Path = folder.State!.Subject,
        Kind = KindOf(folder.State),
        Key = folder.State.Key,
        Attributes = SourceAttributes(folder.State),
    };

    public static FolderStat ToStat(ItemId id, SourceFolder folder, long items) => new()
    {
        Id = id.Value,
        Path = folder.Path,
        Kind = folder.Kind,
        Key = folder.Key,
        Identity = folder.Identity,
        Token = folder.Token,
        Items = items,
        Attributes = folder.Attributes is { Count: > 0 } ? folder.Attributes : null,
    };

    /// <summary>True when the folder itself (not its items) is as it was.</summary>
    public static bool IsSame(FolderStat known, SourceFolder folder) =>
        known.Path == folder.Path && known.Kind == folder.Kind && known.Key == folder.Key
        && SameAttributes(known.Attributes ?? EmptyAttributes, folder.Attributes ?? EmptyAttributes);

    private static readonly IReadOnlyDictionary<string, string> EmptyAttributes = new Dictionary<string, string>();

    private static bool SameAttributes(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(x => b.TryGetValue(x.Key, out string? value) && value == x.Value);
}
