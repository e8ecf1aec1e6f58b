using System.Text.Json;
using MailBackup.Archives;

namespace MailBackup.Operations;

internal static class ExportAccountRequestJson
{
    public static string Write(ExportAccountRequest request) => JsonText.Write(writer =>
    {
        writer.WriteString("account", request.Account);
        writer.WriteString("destination", request.Destination);
        writer.WriteString("format", ArchiveFormatText.ToText(request.Format));
        if (request.At is { } at)
        {
            writer.WriteString("at", at);
        }

        writer.WriteBoolean("force", request.Force);
    });

    public static ExportAccountRequest Read(JsonElement element) => new()
    {
        Account = element.GetProperty("account").Text(),
        Destination = element.GetProperty("destination").Text(),
        Format = ArchiveFormatText.Parse(element.GetProperty("format").Text()) ?? throw new JsonException("The format is not known."),
        At = element.Optional("at")?.GetDateTimeOffset(),
        Force = element.Optional("force")?.GetBoolean() ?? false,
    };
}
