using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>Reads the number that a line of any journal gives itself.</summary>
internal static class LineNumber
{
    /// <summary>Throws <see cref="JsonException"/> when the line says nothing that its journal could hold.</summary>
    public static long Read(JournalFile journal, ReadOnlySpan<byte> line) =>
        journal.Segmented ? TransactionLine.Read(line).Id.Value
        : journal.Name.EndsWith("/account_info", StringComparison.Ordinal) || journal.Name.StartsWith("provisioning/", StringComparison.Ordinal)
            ? ProvisioningLine.Read(line).Id.Value
            : ReadAny(line);

    private static long ReadAny(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            return document.RootElement.GetProperty("tx").GetInt64();
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
