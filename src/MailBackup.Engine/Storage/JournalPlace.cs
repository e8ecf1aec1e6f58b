namespace MailBackup.Storage;

/// <summary>Where a line stands: segment, first byte, and bytes with the line feed.</summary>
public readonly record struct JournalPlace(int Segment, long Offset, int Length);
