using MailBackup.Operations;

namespace MailBackup.Archives.Importing;

internal sealed class ImportCounts
{
    public long Items, Added, Skipped, Updated, Removed, Broken, Bytes;

    public OperationReport ToReport(long otherErrors, double seconds) => new()
    {
        Restored = Added,
        Skipped = Skipped,
        Updated = Updated,
        Deleted = Removed,
        Unrestored = Broken,
        Errors = Broken + otherErrors,
        BytesRead = Bytes,
        Seconds = Math.Round(seconds, 3),
    };
}
