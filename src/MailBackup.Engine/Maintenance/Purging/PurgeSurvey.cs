using System.Text.Json;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Purging;

/// <summary>
/// Finds out what goes: asks the catalog which items and states are past their retention, and reads every journal for the content that anything left
/// still names. Changes nothing.
/// </summary>
/// <param name="isHeld">Whether an account is on legal hold.</param>
internal sealed class PurgeSurvey(BackupLayout layout, Catalog catalog, PurgeRules rules, Func<Guid, bool> isHeld)
{
    private readonly Lock _gate = new();

    /// <summary>Content that is still named.</summary>
    public DigestSet Live { get; } = new();

    /// <summary>What goes of each account; those that lose nothing are left out.</summary>
    public List<AccountPurge> Accounts { get; } = [];

    /// <summary>Journals that cannot be read to their end.</summary>
    public List<string> Damaged { get; } = [];

    public long Transactions { get; private set; }

    public async Task ReadAsync(Action<int, int> onProgress, CancellationToken stop)
    {
        var stats = AccountRegistry.Load(layout).Stats;
        int done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop };
        await Parallel.ForEachAsync(layout.ListAccounts(), parallel, (id, token) =>
        {
            // An account that no readable line names is not judged, and keeps everything.
            var stat = stats.GetValueOrDefault(id);
            Read(Choose(id, stat), stat?.Journal, token);
            onProgress(Interlocked.Increment(ref done), stats.Count);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        Accounts.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
    }

    public PurgePlan ToPlan(long contentBytes)
    {
        var going = Accounts.Where(a => !a.Held).ToList();
        var held = Accounts.Where(a => a.Held).ToList();
        return new PurgePlan
        {
            Items = going.Sum(a => (long)a.Items.Count),
            States = going.Sum(a => (long)a.States.Count),
            Accounts = [.. going.Where(a => a.Whole).Select(a => a.Name)],
            AccountsTouched = going.Count,
            JournalBytes = going.Sum(a => a.JournalBytes),
            ContentBytes = contentBytes,
            HeldItems = held.Sum(a => (long)a.Items.Count),
            HeldAccounts = [.. held.Select(a => a.Name)],
            Damaged = Damaged,
        };
    }

    private AccountPurge Choose(Guid id, AccountStat? stat)
    {
        string name = stat?.Name ?? id.ToString("D");
        bool held = isHeld(id);
        if (stat is { Deleted: true })
        {
            // Its items stay recoverable until the account goes, whatever the retention of data.
            bool whole = rules.AccountsDeletedBefore is { } before && DeletedSince(id, stat) is { } since && since < before;
            var account = new AccountPurge(id, name) { Whole = whole, Held = held };
            if (whole)
            {
                Fill(account.Items, id, "SELECT DISTINCT item FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?)");
            }

            return account;
        }

        var living = new AccountPurge(id, name) { Held = held };
        if (stat is not null && rules.ItemsDeletedBefore is { } deletedBefore)
        {
            Fill(living.Items, id, $"SELECT item FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?) AND end = {Catalog.Open} AND deleted = 1 AND start < {deletedBefore.UtcTicks}");
        }

        if (stat is not null && rules.StatesEndedBefore is { } endedBefore)
        {
            // Of items that live. Folders keep theirs: they are few, and past states of other items lie in them.
            Fill(living.States, id, $"""
                SELECT past.tx FROM state past
                WHERE past.account = (SELECT id FROM account WHERE uuid = ?) AND past.end <= {endedBefore.UtcTicks} AND past.type <> {(int)ItemType.Folder}
                    AND (SELECT last.deleted FROM state last WHERE last.account = past.account AND last.item = past.item ORDER BY last.tx DESC LIMIT 1) = 0
                """);
        }

        return living;
    }

    /// <summary>
    /// When the account was deleted, as its own journal says; null when it lives, and when not every line of that journal can be read: the one that cannot may say
    /// that it was brought back.
    /// </summary>
    private DateTimeOffset? DeletedSince(Guid id, AccountStat stat)
    {
        ProvisioningTransaction? last = null;
        try
        {
            Follow(layout.AccountInfo(id), stat.Info, line => last = ProvisioningLine.Read(line.Bytes.Span));
            return last is { Deleted: true } ? last.Start : null;
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            Tell(stat.Name, e);
            return null;
        }
    }

    private void Fill(HashSet<long> set, Guid account, string sql)
    {
        using var db = catalog.Connect();
        using var select = db.Prepare(sql);
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            set.Add(select.Int64(0));
        }
    }

    private void Read(AccountPurge account, JournalPosition? reported, CancellationToken token)
    {
        var journal = layout.ItemJournal(account.Id);
        var folders = new HashSet<long>();
        try
        {
            Follow(journal, reported, account, (line, references) =>
            {
                token.ThrowIfCancellationRequested();
                if (account.Held || !(account.Whole || account.Takes(references.Item, references.Transaction)))
                {
                    folders.Add(references.Folder);
                    Keep(references);
                }
            });
            if (!account.Whole)
            {
                // A folder stays as long as a state that stays lies in it.
                account.Items.ExceptWith(folders);
            }

            if (!account.Nothing)
            {
                Follow(journal, reported, account, (line, references) =>
                {
                    if (account.Whole || account.Takes(references.Item, references.Transaction))
                    {
                        account.Segments.Add(line.Place.Segment);
                        account.JournalBytes += line.Place.Length;
                    }
                });
                lock (_gate)
                {
                    Accounts.Add(account);
                }
            }

            lock (_gate)
            {
                Transactions += account.Lines;
            }
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.JournalDamaged)
        {
            Tell(account.Name, e);
        }
    }

    private void Tell(string account, MailBackupException obstacle)
    {
        lock (_gate)
        {
            Damaged.Add($"{account}: {obstacle.Message}");
        }
    }

    private void Keep(in TransactionReferences references)
    {
        if (references.First is { } first)
        {
            lock (Live)
            {
                Live.Add(first);
                if (references.Second is { } second)
                {
                    Live.Add(second);
                }
            }
        }
    }

    private static void Follow(JournalFile journal, JournalPosition? reported, AccountPurge account, Action<JournalLine, TransactionReferences> visit)
    {
        long n = 0;
        var end = Follow(journal, reported, line =>
        {
            n++;
            visit(line, TransactionReferences.Read(line.Bytes.Span));
        });
        (account.Lines, account.Transactions, account.Head) = (n, end.NextTransaction - 1, end.Check);
    }

    /// <summary>
    /// Every line of a journal. <c>JournalDamaged</c> when one of them cannot be read, or what stands at the end is not certainly a batch that nobody reported:
    /// what it names would be taken for unneeded.
    /// </summary>
    private static JournalPosition Follow(JournalFile journal, JournalPosition? reported, Action<JournalLine> visit)
    {
        using var reader = JournalReader.From(journal, JournalPosition.Start);
        try
        {
            while (reader.TryRead(out var line))
            {
                visit(line);
            }
        }
        catch (JsonException)
        {
            throw JournalReader.DamagedException(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JournalReader.UnreadableException(reader, e);
        }

        return reader.State == JournalReaderState.AtEnd || reader.EndsInTraceOfCrash(reported) ? reader.Position : throw JournalReader.DamagedException(reader);
    }
}
