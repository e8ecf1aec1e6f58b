using System.Text.Json;
using MailBackup.Archives;

namespace MailBackup.Operations;

internal static class ImportAccountRequestJson
{
    public static string Write(ImportAccountRequest request) => JsonText.Write(writer =>
    {
        writer.WriteString("account", request.Account);
        writer.WriteString("path", request.Path);
        writer.WriteOptional("format", request.Format is { } format ? ArchiveFormatText.ToText(format) : null);
        writer.WriteString("resolve", ImportResolveText.ToText(request.Resolve));
        writer.WriteOptional("folder", request.Folder);
    });

    /// <summary>What is to become of live mail is never guessed: a word that is not known is an error.</summary>
    public static ImportAccountRequest Read(JsonElement element) => new()
    {
        Account = element.GetProperty("account").Text(),
        Path = element.GetProperty("path").Text(),
        Format = element.Optional("format") is { } format
            ? ArchiveFormatText.Parse(format.Text()) ?? throw new JsonException("The format is not known.") : null,
        Resolve = ImportResolveText.Parse(element.GetProperty("resolve").Text()) ?? throw new JsonException("The resolve is not known."),
        Folder = element.Optional("folder")?.Text(),
    };
}
