using System.Text.Json;

namespace MailBackup.Operations;

internal static class ShareRepairRequestJson
{
    public static string Write(ShareRepairRequest request) => JsonText.Write(writer =>
    {
        writer.WriteString("idMap", request.IdMap);
        writer.WriteStrings("accounts", request.Accounts);
    });

    public static ShareRepairRequest Read(JsonElement element) => new()
    {
        IdMap = element.GetProperty("idMap").Text(),
        Accounts = element.Strings("accounts"),
    };
}
