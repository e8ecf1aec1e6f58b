namespace MailBackup.Storage;

/// <summary><c>account_stat</c> brought up to the journal of its account, which alone is the truth.</summary>
internal static class AccountStatFollower
{
    /// <summary>
    /// Null for an account that never was: a scan was killed before the first line of its journal was whole. Throws <c>JournalDamaged</c> when neither file gives its address.
    /// </summary>
    /// <param name="isBehind">The file knows less than its journal: the next scan writes it anew, for not everybody asks the journal.</param>
    public static AccountStat? Read(BackupLayout layout, Guid id, out bool isBehind)
    {
        var journal = layout.AccountInfo(id);
        var known = AccountStat.Read(layout, id);
        var stat = known is null ? Rebuild(journal) : Follow(known, journal);
        isBehind = known is not null && !ReferenceEquals(known, stat);
        return stat;
    }

    /// <summary>A scan that was cut short has written lines, and not what <c>account_stat</c> is to know of them: in it an account that was flagged deleted would live on.</summary>
    private static AccountStat Follow(AccountStat stat, JournalFile journal)
    {
        if (JournalReader.EndsAt(journal, stat.Info))
        {
            return stat;
        }

        try
        {
            bool isBehind = stat.Info.Segment > 0 && JournalReader.Matches(journal, stat.Info);
            using var reader = JournalReader.From(journal, isBehind ? stat.Info : JournalPosition.Start);
            var last = Last(reader);
            bool atEnd = reader.State == JournalReaderState.AtEnd;

            // What is read from the beginning and not to the end may be older than what is known.
            return last is null || (!isBehind && !atEnd)
                || (last.Name == stat.Name && last.Deleted == stat.Deleted && last.DirectoryId == stat.DirectoryId) ? stat : stat with
                {
                    Name = last.Name,
                    DirectoryId = last.DirectoryId,
                    InDirectory = !last.Deleted && last.DirectoryId is not null,
                    Deleted = last.Deleted,
                    Info = atEnd ? reader.Position : stat.Info,
                };
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            return stat;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Told by whoever has to write to it.
            return stat;
        }
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
