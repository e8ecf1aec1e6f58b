using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Scanning;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Faults;

/// <summary>Realtime batches in the store of a running scan, each at a moment when the scan is about to list an account, with changes that come just before them.</summary>
internal sealed class Guests(FaultyStore store, MemorySource memory, ScanOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private Task _last = Task.CompletedTask;
    private readonly StoreShare _share = new();
    private readonly List<string> _log = [];

    /// <summary>What batches have reported as saved.</summary>
    public List<SavedState> Saved { get; } = [];

    public IReadOnlyList<string> Log => _log;

    /// <summary>A batch met a fault: what it was to save is left to the next scan.</summary>
    public bool Failed { get; private set; }

    public async Task RunBesideAsync(Func<GatedSource, StoreShare, Task> scan)
    {
        var source = new GatedSource(memory)
        {
            BeforeListing = async _ =>
            {
                if (Draw(2) == 0)
                {
                    // One after another, as realtime works. Now and then the scan goes on meanwhile.
                    var before = _last;
                    _last = Task.Run(() => SaveAsync(before));
                    await (Draw(2) == 0 ? _last : Task.CompletedTask);
                }
            },
        };
        try
        {
            await scan(source, _share);
        }
        finally
        {
            await _last;
        }
    }

    private async Task SaveAsync(Task before)
    {
        await before;
        try
        {
            var sink = new RecordingSink();
            using var session = RealtimeSession.TryJoin(_share, store.Layout, sink);
            if (session is not null)
            {
                await SaveAsync(session, sink);
            }
        }
        catch (Exception e) when (store.Files.IsDead || (e is MailBackupException or IOException && store.Files.Struck))
        {
            Failed = true;
            _log.Add("guest: " + e.Message);
        }
    }

    private async Task SaveAsync(RealtimeSession session, RecordingSink sink)
    {
        PendingAccount[] taken = [.. memory.Accounts.Keys.Where(a => session.Knows(a) && Draw(3) > 0 && session.TryTake(a)).Select(a => new PendingAccount(a, 0, null))];
        foreach (var account in taken)
        {
            // Nobody else reads it now.
            Change(account.Account);
        }

        var batch = await session.ScanAsync(memory, taken, options, default);
        if (batch.IsCut || sink.Troubles.Exists(t => t.ErrorId != ErrorIds.MassChange))
        {
            Failed = true;
            _log.Add("guest: failed");
            return;
        }

        _log.Add($"guest: {batch.Changes} changes in {string.Join(", ", taken.Select(t => t.Account))}");
        var at = TransactionLine.Truncate(DateTimeOffset.UtcNow);
        Saved.Add(new SavedState(at, taken.Select(t => t.Account).ToHashSet(), [.. taken.SelectMany(t => History.LinesOf(memory, t.Account))]));
        while (TransactionLine.Truncate(DateTimeOffset.UtcNow) == at)
        {
            // What comes next comes later.
        }
    }

    private int Draw(int below)
    {
        lock (_random)
        {
            return _random.Next(below);
        }
    }

    private void Change(string account)
    {
        foreach (var folder in memory.Accounts[account].Where(_ => Draw(2) == 0))
        {
            if (folder.Mails.Count > 0 && Draw(2) == 0)
            {
                var mail = folder.Mails.Values.First();
                memory.Put(folder, mail with { Flags = mail.Flags ^ MessageFlags.Flagged });
            }
            else
            {
                string name = memory.NextName();
                memory.Put(folder, new MemorySource.Mail(name, MemorySource.Message(name, 0, "Beside a scan.\r\n"), MessageFlags.None, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000)));
            }
        }
    }
}
