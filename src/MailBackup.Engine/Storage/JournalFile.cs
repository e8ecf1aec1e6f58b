namespace MailBackup.Storage;

/// <summary>The files of one journal.</summary>
/// <param name="Name">Seeds the chain of checksums, so that lines cannot be moved from one journal to another.</param>
/// <param name="Segment">Path of segment n, counted from 1.</param>
/// <param name="Segmented">False for a journal that is one file for ever.</param>
public sealed record JournalFile(string Name, Func<int, string> Segment, bool Segmented)
{
    /// <summary>The backup path; "": the folder of the first segment.</summary>
    internal string Root { get; init; } = "";

    internal IStoreFiles Files { get; init; } = DiskFiles.Instance;

    /// <summary>Bytes at which a segment is sealed.</summary>
    internal long Seal { get; init; } = JournalWriter.SealBytes;
}
