using System.Text.Json;

namespace MailBackup.Operations;

internal static class RawRestoreRequestJson
{
    public static string Write(RawRestoreRequest request) => JsonText.Write(writer =>
    {
        writer.WriteString("account", request.Account);
        writer.WriteStrings("digests", request.Digests);
        writer.WriteString("folder", request.Folder);
    });

    public static RawRestoreRequest Read(JsonElement element) => new()
    {
        Account = element.GetProperty("account").Text(),
        Digests = element.Strings("digests"),
        Folder = element.GetProperty("folder").Text(),
    };
}
