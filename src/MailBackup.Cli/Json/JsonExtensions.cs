using System.Text.Json;

namespace MailBackup.Cli.Json;

/// <summary>How values that JSON has no form for are written, the same in every line.</summary>
internal static class JsonExtensions
{
    /// <summary>
    /// UTC with a <c>Z</c>, to 100 ns: a date from one line can be given to <c>--at</c> and means the same moment. A date that the source does
    /// not have (that of a folder) is null.
    /// </summary>
    public static void WriteMoment(this Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } value && value != default)
        {
            json.WriteString(name, value.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, Math.Round(number, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
