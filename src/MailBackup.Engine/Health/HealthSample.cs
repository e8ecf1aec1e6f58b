namespace MailBackup.Health;

/// <summary>What a backup path looked like at a moment. Kept to see where it is going.</summary>
/// <param name="Items">Living items.</param>
/// <param name="ContentBytes">Of their content.</param>
/// <param name="StoredBytes">Of journals and bundles.</param>
/// <param name="FreeBytes">Of the volume.</param>
public sealed record HealthSample(DateTimeOffset Time, long Items, long ContentBytes, long StoredBytes, long FreeBytes);
