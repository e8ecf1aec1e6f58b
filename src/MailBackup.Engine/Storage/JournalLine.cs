namespace MailBackup.Storage;

/// <summary>A verified line of a journal, without its line feed, and where it stands. The bytes are good until the next line is read.</summary>
public readonly record struct JournalLine(ReadOnlyMemory<byte> Bytes, JournalPlace Place);
