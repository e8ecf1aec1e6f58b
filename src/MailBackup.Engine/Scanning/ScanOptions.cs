namespace MailBackup.Scanning;

/// <summary>How a scan is to be done, with the configuration's values filled in.</summary>
/// <param name="ReadErrorThreshold">0 never gives up.</param>
internal sealed record ScanOptions(bool Deep, bool AllowEmpty, int ReadErrorThreshold);
