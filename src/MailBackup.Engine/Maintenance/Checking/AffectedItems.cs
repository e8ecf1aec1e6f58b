using System.Globalization;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// Says which items missing or damaged contents cost: the transactions, the place of the damage, and what can be had all the same. Only runs when there is any.
/// </summary>
internal sealed class AffectedItems(BackupLayout layout, CheckFindings findings, CheckIndex index)
{
    /// <summary>Items of an account that are named with all that can be said of them; a lost bundle can cost a million. The others are named in short.</summary>
    private const int InFull = 1000;

    public void Name(Guid id, string account, CancellationToken stop)
    {
        var states = Gather(id, account, stop);
        foreach (var (item, history) in states.OrderBy(s => s.Key))
        {
            Name(account, item, history);
        }
    }

    /// <summary>Every state of the items that have a bad one, as far as they are named in full; tells of the others.</summary>
    private Dictionary<long, List<Transaction>> Gather(Guid id, string account, CancellationToken stop)
    {
        var states = new Dictionary<long, List<Transaction>>();
        var others = new HashSet<long>();
        foreach (var transaction in Transactions(layout, id, stop))
        {
            if (transaction.State is not { } state || BadOf(state) is not var (digest, fault) || states.ContainsKey(transaction.Item.Value))
            {
                continue;
            }

            if (states.Count < InFull)
            {
                states.Add(transaction.Item.Value, []);
            }
            else if (others.Add(transaction.Item.Value))
            {
                findings.Trouble(new ItemTrouble(
                    IdOf(fault), account, transaction.Item.Value, state.Subject, $"Transaction {transaction.Id}: its content {digest} {TextOf(fault)}."));
            }
        }

        if (states.Count > 0)
        {
            foreach (var transaction in Transactions(layout, id, stop))
            {
                if (states.TryGetValue(transaction.Item.Value, out var history))
                {
                    history.Add(transaction);
                }
            }
        }

        return states;
    }

    /// <summary>The transactions that can be read, in order.</summary>
    public static IEnumerable<Transaction> Transactions(BackupLayout layout, Guid id, CancellationToken stop)
    {
        using var reader = JournalReader.From(layout.ItemJournal(id), JournalPosition.Start);
        while (reader.TryRead(out var line))
        {
            stop.ThrowIfCancellationRequested();
            Transaction transaction;
            try
            {
                transaction = TransactionLine.Read(line.Bytes.Span);
            }
            catch (JsonException)
            {
                continue;
            }

            yield return transaction;
        }
    }

    private void Name(string account, long item, List<Transaction> history)
    {
        var bad = history.Where(t => t.State is { } s && BadOf(s) is not null).ToList();
        var (digest, fault) = BadOf(bad[^1].State!)!.Value;
        string place = index.Find(digest) is { } at ? $"{layout.Bundle(at.Bundle)} at byte {at.Offset}" : bad[^1].State!.Subject;
        string what = bad[^1].State!.Subject.Length > 0 ? $"'{bad[^1].State!.Subject}'" : ItemTypeText.ToText(bad[^1].State!.Type);
        string numbers = string.Join(", ", bad.Take(8).Select(t => t.Id)) + (bad.Count > 8 ? ", …" : "");
        findings.Trouble(new ItemTrouble(
            IdOf(fault), account, item, place,
            $"{what}, {(bad.Count == 1 ? "transaction" : "transactions")} {numbers}: its content {digest} {TextOf(fault)}. "
            + (fault == ContentFault.Unreadable ? "Look at the device of the backup path, then check again. " : "") + Hope(history, bad)));
    }

    private static string IdOf(ContentFault fault) => fault switch
    {
        ContentFault.Missing => ErrorIds.BlobMissing,
        ContentFault.Unreadable => ErrorIds.BlobUnreadable,
        _ => ErrorIds.BlobDamaged,
    };

    private static string TextOf(ContentFault fault) => fault switch
    {
        ContentFault.Missing => "is missing",
        ContentFault.Unreadable => "cannot be read",
        _ => "is damaged",
    };

    /// <summary>What of the item can still be had, and where.</summary>
    private string Hope(List<Transaction> history, List<Transaction> bad)
    {
        var intact = history.LastOrDefault(t => t.State is { Digest: not null } s && BadOf(s) is null);
        string earlier = intact is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $" Its state of {intact.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC is intact (transaction {intact.Id}).");
        return (history[^1].State?.Digest is { } living && bad.Exists(t => t.State!.Digest == living)
            ? "The server had it at the last scan: 'mailbackup repair' fetches it again if it is still there."
            : "The server no longer had it at the last scan: only another copy of the backup has it ('mailbackup repair --from PATH').") + earlier;
    }

    private (Digest Digest, ContentFault Fault)? BadOf(ItemState state)
    {
        foreach (var (digest, _) in ContentNames.Of(state))
        {
            if (index.FaultOf(digest) is { } fault)
            {
                return (digest, fault);
            }
        }

        return null;
    }
}
