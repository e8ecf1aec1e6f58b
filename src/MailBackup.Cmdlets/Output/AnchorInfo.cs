using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cmdlets.Output;

/// <summary>An anchor that was written. Its path binds to <c>Test-BackupAnchor</c>.</summary>
public sealed class AnchorInfo
{
    internal AnchorInfo(string path, BackupAnchor anchor, string backupPath)
    {
        Path = path;
        Root = anchor.Root;
        Created = anchor.Created;
        ServerId = anchor.ServerId;
        Journals = anchor.Journals.Count;
        Transactions = anchor.Journals.Sum(j => j.Transactions);
        BackupPath = backupPath;
    }

    public string Path { get; }

    /// <summary>One line that stands for the whole file: to print or to mail.</summary>
    public string Root { get; }

    public DateTimeOffset Created { get; }

    public Guid ServerId { get; }

    public int Journals { get; }

    public long Transactions { get; }

    public string BackupPath { get; }

    public override string ToString() => Root;
}
