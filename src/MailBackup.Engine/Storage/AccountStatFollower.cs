namespace MailBackup.Storage;

/// <summary>What is known of an account: its <c>account_stat</c>, or what its journal says.</summary>
internal static class AccountStatFollower
{
    /// <summary>
    /// Null for an account that never was: a scan was killed before the first line of its journal was whole. Throws <c>JournalDamaged</c> when neither file gives its address.
    /// </summary>
    public static AccountStat? Read(BackupLayout layout, Guid id)
    {
        var journal = layout.AccountInfo(id);
        return AccountStat.Read(layout, id) ?? Rebuild(journal);
    }

    private static AccountStat? Rebuild(JournalFile journal)
    {
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        if (Last(reader) is { } last)
        {
            return new AccountStat
            {
                Name = last.Name,
                DirectoryId = last.DirectoryId,
                InDirectory = last.DirectoryId is not null,
                Deleted = last.Deleted,

                // Where it ends is known only of a journal that can be read to its end.
                Info = reader.State == JournalReaderState.AtEnd ? reader.Position : JournalPosition.Start,
            };
        }

        return reader.State == JournalReaderState.AtEnd || reader.EndsInTraceOfCrash(null) ? null : throw JournalReader.DamagedException(reader);
    }

    private static ProvisioningTransaction? Last(JournalReader reader)
    {
        ProvisioningTransaction? last = null;
        while (reader.TryReadOrDamaged(out var line))
        {
            last = ProvisioningHistory.ReadOrNull(line) ?? last;
        }

        return last;
    }
}
