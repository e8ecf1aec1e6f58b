using System.Text.Json;

namespace MailBackup.Operations;

internal static class AccountRestoreRequestJson
{
    public static string Write(AccountRestoreRequest request) => JsonText.Write(writer =>
    {
        writer.WriteString("account", request.Account);
        writer.WriteOptional("as", request.As);
        if (request.At is { } at)
        {
            writer.WriteString("at", at);
        }

        writer.WriteBoolean("hideFromGal", request.HideFromGal);
        writer.WriteBoolean("includeDeleted", request.IncludeDeleted);
        if (request.DeletedAfter is { } after)
        {
            writer.WriteString("deletedAfter", after);
        }

        if (request.Items.Count > 0)
        {
            writer.WriteString("items", new UnrestoredItems("", request.Items).Ids);
        }
    });

    public static AccountRestoreRequest Read(JsonElement element) => new()
    {
        Account = element.GetProperty("account").Text(),
        As = element.Optional("as")?.Text(),
        At = element.Optional("at")?.GetDateTimeOffset(),
        HideFromGal = element.Optional("hideFromGal")?.GetBoolean() ?? false,
        IncludeDeleted = element.Optional("includeDeleted")?.GetBoolean() ?? false,
        DeletedAfter = element.Optional("deletedAfter")?.GetDateTimeOffset(),
        Items = UnrestoredItems.ParseIds(element.Optional("items")?.Text() ?? ""),
    };
}
