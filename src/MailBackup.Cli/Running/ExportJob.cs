using MailBackup.Model;

namespace MailBackup.Cli.Running;

/// <summary>What is to be exported.</summary>
internal sealed record ExportJob(string Account, ItemId Id, DateTimeOffset? At, bool Transactions)
{
    public void Validate()
    {
        if (Transactions && At is not null)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "--transactions and --at exclude each other.", "All transactions are written: leave one of the two out.");
        }
    }

    public string SuggestFileName(BackupNode node) => Transactions ? $"{Id}.json" : node.SuggestFileName(Account, Id);

    /// <summary>Damage shows at the latest with the last byte: only when this returns is what was written good.</summary>
    public void WriteTo(BackupNode node, Stream output, CancellationToken stop)
    {
        if (Transactions)
        {
            node.ExportTransactions(Account, Id, output);
            return;
        }

        using var content = node.OpenContent(Account, Id, At);
        var buffer = new byte[128 * 1024];
        int n;
        while ((n = content.Read(buffer)) > 0)
        {
            stop.ThrowIfCancellationRequested();
            output.Write(buffer.AsSpan(0, n));
        }
    }
}
