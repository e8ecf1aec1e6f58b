using System.Text.Json;

namespace MailBackup.Operations;

internal static class UndeleteRequestJson
{
    public static string Write(UndeleteRequest request) => JsonText.Write(writer =>
    {
        writer.WriteStrings("accounts", request.Accounts);
        writer.WriteString("after", request.After);
        if (request.Before is { } before)
        {
            writer.WriteString("before", before);
        }

        writer.WriteOptional("folder", request.Folder);
        if (request.Items.Count > 0)
        {
            writer.WriteString("items", new UnrestoredItems("", request.Items).Ids);
        }
    });

    public static UndeleteRequest Read(JsonElement element) => new()
    {
        Accounts = element.Strings("accounts"),
        After = element.GetProperty("after").GetDateTimeOffset(),
        Before = element.Optional("before")?.GetDateTimeOffset(),
        Folder = element.Optional("folder")?.Text(),
        Items = UnrestoredItems.ParseIds(element.Optional("items")?.Text() ?? ""),
    };
}
