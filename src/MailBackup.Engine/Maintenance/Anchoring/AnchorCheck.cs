using System.Globalization;
using MailBackup.Maintenance.Checking;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Anchoring;

/// <summary>
/// Makes anchors and verifies them. Every line is read and proved for both, because a head says only as much as the chain before it. Needs no lock: a line that
/// is being written is not counted.
/// </summary>
internal sealed class AnchorCheck(BackupLayout layout, Guid server)
{
    /// <summary>Errors: <c>JournalDamaged</c>: an anchor of a damaged journal would vouch for the damage.</summary>
    public BackupAnchor Create(CancellationToken stop)
    {
        // What is in the files as they are read is older than this moment or of it.
        var created = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        var journals = new List<JournalAnchor>();
        foreach (var journal in layout.ListJournals())
        {
            stop.ThrowIfCancellationRequested();
            long removed = 0;
            using var reader = JournalReader.From(journal, JournalPosition.Start, (removal, _) => removed += removal.Removed);
            Walk(reader, null);
            if (reader.State == JournalReaderState.Damaged)
            {
                throw JournalReader.DamagedException(reader);
            }

            journals.Add(new JournalAnchor(journal.Name, reader.NextTransaction - 1, reader.Position.Check, removed));
        }

        return new BackupAnchor { ServerId = server, Created = created, Journals = [.. journals.OrderBy(j => j.Name, StringComparer.Ordinal)] };
    }

    /// <summary>One result a journal, by name. Errors: <c>AnchorInvalid</c> for an anchor of another server.</summary>
    public IEnumerable<AnchorResult> Verify(BackupAnchor anchor)
    {
        if (anchor.ServerId != server)
        {
            throw new MailBackupException(
                ErrorIds.AnchorInvalid, $"The anchor is of server {anchor.ServerId}, this backup path is of server {server}.", "Name the anchor of this backup path.", anchor.ServerId);
        }

        return VerifyJournals(anchor);
    }

    private IEnumerable<AnchorResult> VerifyJournals(BackupAnchor anchor)
    {
        var registry = AccountRegistry.Load(layout);
        var purged = PurgeLog.Read(layout, JournalPosition.Start).Records.SelectMany(r => r.Removed.Select(a => (r.When, Account: a))).ToLookup(r => r.Account.Id);
        var known = layout.ListJournals().ToDictionary(j => j.Name, StringComparer.Ordinal);
        foreach (var old in anchor.Journals)
        {
            string? account = AccountOf(registry, old.Name);
            yield return known.Remove(old.Name, out var journal)
                ? Verify(anchor, old, journal, account)
                : Gone(old, account, purged);
        }

        foreach (var journal in known.Values)
        {
            using var reader = JournalReader.From(journal, JournalPosition.Start);
            Walk(reader, null);
            yield return new AnchorResult
            {
                Journal = journal.Name,
                Account = AccountOf(registry, journal.Name),
                State = reader.State == JournalReaderState.Damaged ? AnchorState.Damaged : AnchorState.New,
                Transactions = reader.NextTransaction - 1,
                Detail = "It began after the anchor was made.",
            };
        }
    }

    private static AnchorResult Verify(BackupAnchor anchor, JournalAnchor old, JournalFile journal, string? account)
    {
        var head = new JournalHead(old.Transactions, old.Check);
        var since = new List<RemovalRecord>();
        long removedBefore = 0, removed = 0;
        using var reader = JournalReader.From(journal, JournalPosition.Start, (removal, _) =>
        {
            head.See(removal);
            removed += removal.Removed;
            if (removal.Start <= anchor.Created)
            {
                removedBefore += removal.Removed;
            }
            else if (removal.First <= old.Transactions)
            {
                since.Add(removal);
            }
        });
        Walk(reader, head);
        long now = reader.NextTransaction - 1;
        var (state, detail) = (reader.State, head.State) switch
        {
            (JournalReaderState.Damaged, _) => (AnchorState.Damaged, $"Transaction {reader.NextTransaction} does not fit its checksum ({reader.SegmentPath} at byte {reader.Position.Offset})."),
            (_, HeadState.NotReached) when !File.Exists(journal.Segment(1)) => (AnchorState.Missing, "The journal is not there."),
            (_, HeadState.NotReached) => (AnchorState.Truncated, $"It ends with transaction {now}."),
            (_, HeadState.Different) => (AnchorState.Altered, $"Transaction {old.Transactions}, or one before it, is another one now."),
            _ when removed < old.Removed || removedBefore > old.Removed => (AnchorState.Altered, "Its records of removed transactions are not those that the anchor saw."),
            _ => Grown(since),
        };
        return Result(old, account, now, state, detail) with
        {
            Removed = Math.Max(0, since.Sum(r => Math.Min(r.Last, old.Transactions) - r.First + 1) + Math.Min(removedBefore, old.Removed) - old.Removed), RemovedAt = since.Count > 0 ? since.Max(r => r.Start) : null,
        };
    }

    /// <summary>A purge removes whole accounts, and writes down which.</summary>
    private static AnchorResult Gone(JournalAnchor old, string? account, ILookup<Guid, (DateTimeOffset When, RemovedAccount Account)> purged)
    {
        if (Guid.TryParseExact(old.Name.Split('/')[0], "D", out var id) && purged[id].LastOrDefault() is { Account: { } removed } purge
            && (!old.Name.EndsWith("/journal", StringComparison.Ordinal) || (removed.Transactions >= old.Transactions && (removed.Transactions > old.Transactions || removed.Head == old.Check))))
        {
            return Result(old, removed.Name, 0, AnchorState.Purged, $"The account was purged on {purge.When.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.") with
            {
                Removed = old.Transactions - old.Removed, RemovedAt = purge.When,
            };
        }

        return old.Transactions == 0
            ? Result(old, account, 0, AnchorState.Intact, "")
            : Result(old, account, 0, AnchorState.Missing, "The journal is not there, and no purge says that it removed it.");
    }

    private static (AnchorState State, string Detail) Grown(List<RemovalRecord> since)
    {
        if (since.Count == 0)
        {
            return (AnchorState.Intact, "");
        }

        bool purge = since.TrueForAll(r => r.Reason == RemovalReason.Purge);
        string days = string.Join(", ", since.Select(r => r.Start.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Distinct().Order(StringComparer.Ordinal).TakeLast(4));
        return (purge ? AnchorState.Purged : AnchorState.Repaired, $"{since.Sum(r => r.Removed)} transactions {(purge ? "purged" : "lost or purged")} since, on {days}.");
    }

    private static AnchorResult Result(JournalAnchor old, string? account, long now, AnchorState state, string detail) => new()
    {
        Journal = old.Name, Account = account, State = state, Anchored = old.Transactions, Transactions = now, Detail = detail,
    };

    private static void Walk(JournalReader reader, JournalHead? head)
    {
        while (reader.TryRead(out var line))
        {
            head?.See(reader.NextTransaction - 1, line.Bytes.Span);
        }
    }

    private static string? AccountOf(AccountRegistry registry, string journal) =>
        Guid.TryParseExact(journal.Split('/')[0], "D", out var id) && registry.Stats.TryGetValue(id, out var stat) ? stat.Name : null;
}
