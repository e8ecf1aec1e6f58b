namespace MailBackup.Storage;

/// <summary>A place between two lines of a journal.</summary>
/// <param name="Segment">Number of the segment, from 1; 0 before the journal exists.</param>
/// <param name="Offset">Bytes of that segment before the place.</param>
/// <param name="Check">Checksum of the line before the place.</param>
/// <param name="NextTransaction">Id of the transaction after the place.</param>
public sealed record JournalPosition(int Segment, long Offset, string Check, long NextTransaction)
{
    public static readonly JournalPosition Start = new(0, 0, "", 1);
}
