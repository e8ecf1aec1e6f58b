using System.Buffers;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>Writes the journals of accounts, domains, COS and lists: the same form as in a backup path, with the entries that were chosen.</summary>
internal sealed class ProvisioningExport(BackupLayout source, ExportDestination destination)
{
    private readonly ArrayBufferWriter<byte> _line = new(4096);

    public void Export(ExportSelection selection)
    {
        foreach (var kind in (ProvisioningKind[])[ProvisioningKind.Domain, ProvisioningKind.ClassOfService, ProvisioningKind.DistributionList])
        {
            Copy(source.ProvisioningJournal(kind), destination.Layout.ProvisioningJournal(kind), t => selection.Wants(kind, t.Name));
        }
    }

    public void Export(Guid account) => Copy(source.AccountInfo(account), destination.Layout.AccountInfo(account), _ => true);

    /// <summary>Throws <c>JournalDamaged</c>.</summary>
    private void Copy(JournalFile from, JournalFile to, Func<ProvisioningTransaction, bool> wanted)
    {
        string partial = destination.NewPartial();
        var writer = JournalWriter.Open(to with { Segment = _ => partial }, null, partial + ".cut");
        using var json = TransactionLine.CreateWriter(_line);
        using var reader = JournalReader.From(from, JournalPosition.Start);
        try
        {
            while (reader.TryRead(out var line))
            {
                var transaction = Read(line, reader);
                if (wanted(transaction))
                {
                    writer.Append(ProvisioningLine.Write(_line, json, transaction with { Id = new TransactionId(writer.NextTransaction) }));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JournalReader.UnreadableException(reader, e);
        }

        if (reader.State != JournalReaderState.AtEnd && !reader.EndsInTraceOfCrash(null))
        {
            throw JournalReader.DamagedException(reader);
        }

        try
        {
            if (!writer.HasPending)
            {
                // What an earlier export has left.
                if (File.Exists(to.Segment(1)))
                {
                    File.Delete(to.Segment(1));
                }

                return;
            }

            writer.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw destination.Fault(e);
        }

        destination.Put(partial, to.Segment(1));
    }

    private static ProvisioningTransaction Read(JournalLine line, JournalReader reader)
    {
        try
        {
            return ProvisioningLine.Read(line.Bytes.Span);
        }
        catch (System.Text.Json.JsonException)
        {
            throw JournalReader.DamagedException(reader);
        }
    }
}
