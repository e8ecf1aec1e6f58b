using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>Puts contents that are stored in header and body together as a restore would, and proves the whole.</summary>
internal sealed class ContentAssembly(BackupLayout layout, CheckFindings findings, CheckIndex index, SampleWindow sample)
{
    public void Run(Guid id, string account, CancellationToken stop)
    {
        foreach (var transaction in AffectedItems.Transactions(layout, id, stop))
        {
            // A part that is missing or damaged has been told already; a whole that is one blob has been proved in its bundle.
            if (transaction.State is { Digest: { } whole, Header: { } header, Body: { } body } state && sample.Has(whole) && index.Claim(whole)
                && index.FaultOf(header) is null && index.FaultOf(body) is null && index.Find(header) is { } first && index.Find(body) is { } second)
            {
                findings.Count(1, first.Length + second.Length);
                Prove(account, transaction, state, whole, () => BundleReader.OpenUnverified(layout, header, first), () => BundleReader.OpenUnverified(layout, body, second));
            }
        }
    }

    private void Prove(string account, Transaction transaction, ItemState state, Digest whole, Func<Stream> header, Func<Stream> body)
    {
        try
        {
            using var content = new VerifyingStream(new ConcatenatedStream(header, body), whole, state.Size, $"transaction {transaction.Id}");
            content.CopyTo(Stream.Null, 128 << 10);
        }
        catch (Exception e) when (e is MailBackupException or IOException)
        {
            findings.Trouble(new ItemTrouble(
                ErrorIds.BlobDamaged, account, transaction.Item.Value, state.Subject,
                $"Transaction {transaction.Id}: its header {state.Header} and body {state.Body} are intact and do not make the content {whole} of {state.Size} bytes."));
        }
    }
}
