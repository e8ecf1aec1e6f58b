namespace MailBackup.Archives;

/// <summary>What an import would do, counted without doing it.</summary>
/// <param name="Items">Items that the archive has.</param>
/// <param name="Added">Not in the account.</param>
/// <param name="Skipped">There already, and left as they are.</param>
/// <param name="Updated">There, and given flags, keywords, date or (Replace) content of the archive's.</param>
/// <param name="Removed">Live items that are emptied out first.</param>
/// <param name="Broken">Items of the archive that cannot be read.</param>
public sealed record ImportPreview(ArchiveFormat Format, long Items, long Added, long Skipped, long Updated, long Removed, long Broken);
