using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Operations;

internal static class BlobRestoreRequestJson
{
    public static string Write(BlobRestoreRequest request) => JsonText.Write(writer =>
    {
        writer.WriteStrings("accounts", request.Accounts);
        writer.WriteStrings("losses", [.. request.Losses.Select(l => l.ToString())]);
        if (request.At is { } at)
        {
            writer.WriteString("at", at);
        }

        if (request.ReadData)
        {
            writer.WriteBoolean("readData", true);
        }

        if (request.Items.Count > 0)
        {
            writer.WriteString("items", new UnrestoredItems("", request.Items).Ids);
        }
    });

    public static BlobRestoreRequest Read(JsonElement element) => new()
    {
        Accounts = element.Strings("accounts"),
        Losses = [.. element.Strings("losses").Select(l => Enum.Parse<ContentLoss>(l))],
        At = element.Optional("at")?.GetDateTimeOffset(),
        ReadData = element.Optional("readData")?.GetBoolean() ?? false,
        Items = UnrestoredItems.ParseIds(element.Optional("items")?.Text() ?? ""),
    };
}
