using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>The JSON of a <see cref="CheckRequest"/>.</summary>
internal static class CheckRequestJson
{
    public static string Write(CheckRequest check) => JsonText.Write(writer =>
    {
        writer.WriteStrings("accounts", check.Accounts);
        WriteFlag(writer, "compareSource", check.CompareSource);
        WriteFlag(writer, "readData", check.ReadData);
        if (check.Sample is { } sample)
        {
            writer.WriteNumber("sample", sample);
        }

        WriteFlag(writer, "quarantine", check.Quarantine);
    });

    public static CheckRequest Read(JsonElement element) => new()
    {
        Accounts = element.Strings("accounts"),
        CompareSource = element.Optional("compareSource")?.GetBoolean() ?? false,
        ReadData = element.Optional("readData")?.GetBoolean() ?? false,
        Sample = element.Optional("sample")?.GetDouble(),
        Quarantine = element.Optional("quarantine")?.GetBoolean() ?? false,
    };

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
        {
            writer.WriteBoolean(name, value);
        }
    }
}
