using MailBackup.Model;

namespace MailBackup.Cli.Running;

/// <summary>What is to be exported.</summary>
/// <param name="Digest">Content by its digest alone; then account and id are empty.</param>
internal sealed record ExportJob(string Account, ItemId Id, DateTimeOffset? At, bool Transactions, Digest? Digest = null)
{
    public void Validate()
    {
        bool item = Account.Length > 0 && Id.Value > 0;
        if (Digest is null ? !item : Account.Length > 0 || Id.Value > 0 || At is not null || Transactions)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "An item is named by --account and --id, content by --digest alone.", "See mailbackup export --help.");
        }

        if (Transactions && At is not null)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "--transactions and --at exclude each other.", "All transactions are written: leave one of the two out.");
        }
    }

    public string SuggestFileName(BackupNode node) =>
        Digest is { } digest ? node.SuggestFileName(digest) : Transactions ? $"{Id}.json" : node.SuggestFileName(Account, Id);

    /// <summary>Damage shows at the latest with the last byte: only when this returns is what was written good.</summary>
    public void WriteTo(BackupNode node, Stream output, CancellationToken stop)
    {
        if (Transactions)
        {
            node.ExportTransactions(Account, Id, output);
            return;
        }

        using var content = Digest is { } digest ? node.OpenContent(digest) : node.OpenContent(Account, Id, At);
        var buffer = new byte[128 * 1024];
        int n;
        while ((n = content.Read(buffer)) > 0)
        {
            stop.ThrowIfCancellationRequested();
            output.Write(buffer.AsSpan(0, n));
        }
    }
}
