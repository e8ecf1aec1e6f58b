using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>Reads the transactions of an account, or of all domains, COS or lists.</summary>
internal static class ProvisioningHistory
{
    /// <summary>Oldest first; a line that is intact but unreadable is passed over and left to the coherency check.</summary>
    public static IEnumerable<ProvisioningTransaction> Read(JournalFile journal)
    {
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        while (reader.TryRead(out var line))
        {
            ProvisioningTransaction transaction;
            try
            {
                transaction = ProvisioningLine.Read(line.Bytes.Span);
            }
            catch (JsonException)
            {
                continue;
            }

            yield return transaction;
        }
    }
}
