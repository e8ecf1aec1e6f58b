using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>Reads the transactions of an account, or of all domains, COS or lists.</summary>
internal static class ProvisioningHistory
{
    /// <summary>
    /// Oldest first; a line that is intact but unreadable is passed over and left to the coherency check. Throws <c>JournalDamaged</c> where the journal cannot be
    /// read: to leave its account out of a list would look as if it were not there.
    /// </summary>
    public static IEnumerable<ProvisioningTransaction> Read(JournalFile journal)
    {
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        while (reader.TryReadOrDamaged(out var line))
        {
            if (ReadOrNull(line) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    /// <summary>The newest of each name.</summary>
    public static Dictionary<string, ProvisioningTransaction> Current(JournalFile journal)
    {
        var current = new Dictionary<string, ProvisioningTransaction>(StringComparer.OrdinalIgnoreCase);
        foreach (var transaction in Read(journal))
        {
            current[transaction.Name] = transaction;
        }

        return current;
    }

    /// <summary>The newest; null when there is none. Throws <c>JournalDamaged</c>: what stands before the damage is not the last, and would be saved again with every look.</summary>
    public static ProvisioningTransaction? Last(JournalFile journal)
    {
        ProvisioningTransaction? last = null;
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        while (reader.TryReadOrDamaged(out var line))
        {
            last = ReadOrNull(line) ?? last;
        }

        return reader.State == JournalReaderState.AtEnd || reader.EndsInTraceOfCrash(null) ? last : throw JournalReader.DamagedException(reader);
    }

    /// <summary>A line that fits its checksum and cannot be read is the coherency check's.</summary>
    internal static ProvisioningTransaction? ReadOrNull(JournalLine line)
    {
        try
        {
            return ProvisioningLine.Read(line.Bytes.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
