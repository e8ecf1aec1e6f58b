using System.Globalization;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;

namespace MailBackup.Archives;

/// <summary>
/// The file that makes a folder or a zip file an archive of ours: lines of JSON. The first says of what, when and in which format; then come the
/// folders, and in a zip file the items, with all that a plain <c>.eml</c> cannot say.
/// </summary>
internal static class ArchiveMetadata
{
    public const string FileName = "mailbackup-archive.jsonl";

    public static string Header(ArchiveFormat format, string account, DateTimeOffset? at) => JsonText.Write(json =>
    {
        json.WriteString("archive", ArchiveFormatText.ToText(format));
        json.WriteNumber("version", 1);
        json.WriteString("account", account);
        json.WriteString("at", Text(at ?? DateTimeOffset.UtcNow));
    });

    /// <param name="path">Where its items lie in the archive.</param>
    /// <param name="items">How many it has, where a file holds them all and could be cut short.</param>
    public static string Folder(RestoreFolder folder, string path, long? items = null) => JsonText.Write(json =>
    {
        json.WriteString("folder", folder.Path);
        json.WriteString("kind", FolderState.ToText(folder.Kind));
        json.WriteString("path", path);
        json.WriteOptional("key", folder.Key);
        if (items is { } count)
        {
            json.WriteNumber("items", count);
        }

        if (folder.Attributes is { Count: > 0 } attributes)
        {
            json.WriteStartObject("attributes");
            foreach (var (name, value) in attributes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    });

    /// <param name="path">Where it lies in the archive; null where the line stands with the item itself.</param>
    /// <param name="folder">Path of its folder; null likewise.</param>
    public static string Item(ItemState state, string? path, RestoreFolder? folder) => JsonText.Write(json =>
    {
        json.WriteOptional("item", path);
        if (folder is not null)
        {
            json.WriteString("in", folder.Path);
            json.WriteString("kind", FolderState.ToText(folder.Kind));
        }

        json.WriteString("type", ItemTypeText.ToText(state.Type));
        json.WriteString("key", state.Key);
        json.WriteOptional("subject", state.Type == ItemType.Document ? state.Subject : null);
        json.WriteOptional("flags", state.Flags == MessageFlags.None ? null : state.Flags.ToLetters());
        if (state.Tags.Count > 0)
        {
            json.WriteStrings("tags", state.Tags);
        }

        json.WriteString("date", Text(state.Date));
        json.WriteNumber("size", state.Size);
        json.WriteOptional("digest", state.Digest?.ToString());
    });

    /// <summary>Throws <see cref="JsonException"/>.</summary>
    public static RestoreFolder ReadFolder(JsonElement line)
    {
        Dictionary<string, string>? attributes = null;
        if (line.Optional("attributes") is { } all)
        {
            attributes = all.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.Text(), StringComparer.Ordinal);
        }

        return new RestoreFolder(line.GetProperty("folder").Text(), Kind(line), line.Optional("key")?.Text(), attributes);
    }

    public static FolderKind Kind(JsonElement line) => FolderState.ParseKind(line.GetProperty("kind").Text());

    /// <summary>Throws <see cref="JsonException"/>.</summary>
    public static ItemState ReadItem(JsonElement line)
    {
        var type = ItemTypeText.Parse(line.GetProperty("type").Text());
        return new ItemState
        {
            Type = type is 0 or ItemType.Folder ? throw new JsonException("It is of no known type.") : type,
            Key = line.Optional("key")?.Text() ?? "",
            Subject = line.Optional("subject")?.Text() ?? "",
            Flags = MessageFlagsText.FromLetters(line.Optional("flags")?.Text() ?? ""),
            Tags = line.Strings("tags"),
            Date = line.GetProperty("date").GetDateTimeOffset(),
            Size = line.GetProperty("size").GetInt64(),
            Digest = Digest.TryParse(line.Optional("digest")?.Text() ?? "", out var digest) ? digest : throw new JsonException("It has no digest."),
        };
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
