namespace MailBackup.Storage;

/// <summary>Where a blob lies.</summary>
/// <param name="Bundle">Number of the bundle.</param>
/// <param name="Offset">First byte of its gzip member.</param>
/// <param name="Length">Bytes of its gzip member.</param>
/// <param name="ContentLength">Bytes of its content.</param>
public readonly record struct BlobLocation(int Bundle, long Offset, long Length, long ContentLength);
