namespace MailBackup.Storage;

/// <summary>How the reading of a journal ended.</summary>
public enum JournalReaderState
{
    Reading,

    /// <summary>The last line was whole.</summary>
    AtEnd,

    /// <summary>Behind the last whole line stands a piece that no intact line follows: the trace of a crash.</summary>
    Torn,

    /// <summary>A line does not fit its checksum although intact lines or segments follow it.</summary>
    Damaged,
}
