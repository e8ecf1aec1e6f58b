using System.Text;
using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>The first line of every journal segment: format version, name of the journal, number, id of the first transaction, checksum before it.</summary>
internal static class SegmentHeader
{
    private static ReadOnlySpan<byte> Start => "{\"format\":"u8;

    public static bool IsHeader(ReadOnlySpan<byte> line) => line.StartsWith(Start);

    public static byte[] Write(string journal, int segment, long firstTransaction, string previous) =>
        Encoding.UTF8.GetBytes(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{{\"format\":{BackupLayout.FormatVersion},\"journal\":\"{journal}\",\"segment\":{segment},\"first\":{firstTransaction},\"previous\":\"{previous}\""));

    /// <summary>The number of the first transaction and the checksum before it, as the header states them; null when it cannot be read.</summary>
    public static (long First, string Previous)? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            return (document.RootElement.GetProperty("first").GetInt64(), document.RootElement.GetProperty("previous").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Throws <c>BackupPathFormatTooNew</c> for a format that this engine does not know.</summary>
    public static void Validate(ReadOnlySpan<byte> line, string path)
    {
        var reader = new Utf8JsonReader(line);
        if (reader.Read() && reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.Number
            && reader.TryGetInt32(out int format) && format > BackupLayout.FormatVersion)
        {
            throw new MailBackupException(
                ErrorIds.BackupPathFormatTooNew,
                $"{path} is written in format {format}; this version reads up to {BackupLayout.FormatVersion}.",
                "Update MailBackup to read this backup path. Nothing was changed.",
                path);
        }
    }
}
