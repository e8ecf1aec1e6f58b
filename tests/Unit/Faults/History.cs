using System.Globalization;
using MailBackup.Configuration;
using MailBackup.Maintenance;
using MailBackup.Maintenance.Checking;
using MailBackup.Maintenance.Purging;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Scanning;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Faults;

/// <summary>
/// A life of a backup path: changes of the server, scans, purges, restores, holds, repairs, and a fault somewhere in many of them. After each fault, and at the
/// end, the invariants of the design are asked.
/// </summary>
internal sealed class History : IDisposable
{
    /// <summary>Kinds of operations; as many numbers as each has, so often it is drawn.</summary>
    public const int Scan = 0, DeepScan = 9, Purge = 10, Restore = 14, Hold = 16, Repair = 18, Quarantine = 19;

    private readonly Random _random;
    private readonly MemorySource _source = new();
    private readonly Changes _changes;
    private readonly FaultyStore _store;
    private readonly List<SavedState> _saved = [];
    private readonly HashSet<string> _held = [];
    private readonly HashSet<(string Account, string Subject)> _mayBeDeleted = [];
    private readonly HashSet<(string Account, string Subject)> _seen = [];
    private readonly List<string> _log = [];
    private readonly ScanOptions _options;
    private double _day = 31;

    public History(int seed)
    {
        _random = new Random(seed);
        _changes = new Changes(_source, _random);
        _store = new FaultyStore(_random);
        _options = new ScanOptions(Deep: false, AllowEmpty: true, 0, _random.Next(4) == 0 ? 50 : 0, 4);
        _options = _random.Next(2) == 0 ? _options with { BatchTransactions = _random.Next(1, 6) } : _options;
    }

    /// <summary>What happened, for the words of a failure.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>How many faults came.</summary>
    public int Struck { get; private set; }

    /// <summary>A whole random life.</summary>
    public async Task LiveAsync()
    {
        for (int steps = _random.Next(3, 9); steps > 0; steps--)
        {
            _changes.Make(_random.Next(1, 7));
            var fault = _random.Next(3) == 0 ? Fault.None : (Fault)_random.Next(1, 5);
            await StepAsync(_random.Next(Quarantine + 1), fault, _random.Next(1, _random.Next(2) == 0 ? 12 : 50));
        }

        await EndAsync();
    }

    /// <summary>One operation of a kind with one fault at one place, after a few without; then the end.</summary>
    /// <returns>False when the operation ended before the fault came.</returns>
    public async Task<bool> OnceAsync(int kind, Fault fault, int at)
    {
        for (int i = 0; i < 3; i++)
        {
            _changes.Make(8);
            await StepAsync(Scan, Fault.None, 0);
        }

        if (kind == Quarantine)
        {
            // What nothing names.
            await StepAsync(Purge, Fault.None, 0);
        }

        _changes.Make(4);
        await StepAsync(kind, fault, at);
        bool struck = Struck > 0;
        await EndAsync();
        return struck;
    }

    public void Dispose() => _store.Dispose();

    private async Task StepAsync(int kind, Fault fault, int at)
    {
        string name = kind switch
        {
            < DeepScan => "scan",
            DeepScan => "deep scan",
            < Restore => "purge",
            < Hold => "restore",
            < Repair => "hold",
            Repair => "repair",
            _ => "quarantine",
        };
        _store.Files.Set(fault, at);
        bool completed = name switch
        {
            "scan" => await ScanAsync(_options),
            "deep scan" => await ScanAsync(_options with { Deep = true }),
            "purge" => await PurgeAsync(),
            "restore" => await RestoreAsync(),
            "hold" => await HoldAsync(),
            "repair" => await _store.RunAsync(sink => new RepairRun(_store.Layout, _store.Server, new RepairRequest(), () => _source, sink).RunAsync(default)),
            _ => await _store.RunAsync(sink => new CoherencyCheck(_store.Layout, new CheckRequest { Quarantine = true }, () => _source, sink).RunAsync(default)),
        };
        var files = _store.Files;
        string note = $"{name}: {(completed ? "completed" : "not completed")}, {files.Steps} changes{(files.Struck ? $", {fault} at {at} ({files.Where})" : "")}";
        if (!files.Struck)
        {
            _log.Add(note);
            Assert.True(completed, "Not completed without a fault.");
            files.Set(Fault.None, 0);
            _store.RememberCatalog();
            return;
        }

        Struck++;
        _log.Add($"{note}, {_store.Restart()}");
        await VerifyAsync();
    }

    private async Task EndAsync()
    {
        _store.Files.Set(Fault.None, 0);
        _log.Add("end: scan");
        Assert.True(await ScanAsync(_options));
        await VerifyAsync();
        _log.Add("end: scan again");
        OperationReport? report = null;
        Assert.True(await _store.RunAsync(async sink => report = await new SmartScan(_store.Layout, _source, new ScanRequest(), _options with { Deep = _random.Next(2) == 0 }, sink).RunAsync(default)));
        Assert.Equal((0L, 0L, 0L, 0L), (report!.Added, report.Updated, report.Deleted, report.Errors));
    }

    private async Task<bool> ScanAsync(ScanOptions options)
    {
        var present = Present().ToHashSet();
        _seen.UnionWith(present);
        _mayBeDeleted.UnionWith(_seen.Except(present));
        var guests = new Guests(_store, _source, _options with { Continuous = true }, _random.Next());
        bool shares = _random.Next(2) == 0;
        bool completed = await _store.RunAsync(sink => shares
            ? guests.RunBesideAsync((source, share) => new SmartScan(_store.Layout, source, new ScanRequest(), options, sink, share).RunAsync(default))
            : new SmartScan(_store.Layout, _source, new ScanRequest(), options, sink).RunAsync(default));
        _seen.UnionWith(Present());
        _log.AddRange(guests.Log);
        foreach (var saved in guests.Saved)
        {
            _saved.Add(saved);
        }

        if (completed && !guests.Failed)
        {
            var troubles = _store.Said.Troubles.Where(t => t.ErrorId != ErrorIds.MassChange).ToList();
            Assert.True(troubles.Count == 0 || _store.Files.Struck, string.Join('\n', troubles));
            if (troubles.Count == 0)
            {
                _mayBeDeleted.ExceptWith(present);
                var at = TransactionLine.Truncate(DateTimeOffset.UtcNow);
                _saved.Add(new SavedState(at, _source.Accounts.Keys.ToHashSet(), [.. Lines()]));
                while (TransactionLine.Truncate(DateTimeOffset.UtcNow) == at)
                {
                    // What comes next comes later.
                    await Task.Yield();
                }
            }
        }

        return completed;
    }

    private async Task<bool> PurgeAsync()
    {
        var taken = _mayBeDeleted.Where(d => !_held.Contains(d.Account)).ToList();
        bool thins = _random.Next(8) == 0;
        foreach (var saved in _saved)
        {
            saved.MayMiss.UnionWith(taken);
            saved.Thinned |= thins;
        }

        _day += _random.Next(3);
        var request = new PurgeRequest { NoGrace = _random.Next(2) == 0, HistoryRetentionDays = thins ? 1 : null };
        var configuration = new NodeConfiguration { PurgeCompactionPercent = _random.Next(0, 60) };
        return await _store.RunAsync(sink => new PurgeRun(_store.Layout, request, configuration, new LaterClock(_day), sink).RunAsync(default));
    }

    private async Task<bool> RestoreAsync()
    {
        if (_source.Accounts.Count == 0 || _saved.Count == 0)
        {
            return true;
        }

        string account = _source.Accounts.Keys.ElementAt(_random.Next(_source.Accounts.Count));
        bool undelete = _random.Next(2) == 0;
        bool completed = await _store.RunAsync(async sink =>
        {
            var deleted = new List<long>();
            using (var reader = OwnStore.Open(_store.Layout, sink))
            {
                if (reader.Registry.FindLiving(account) is not null)
                {
                    deleted.AddRange(reader.Items.List(new ItemQuery { Accounts = [account], Selection = ItemSelection.Deleted, Type = ItemType.Message }).Select(i => i.Id.Value));
                }
            }

            if (deleted.Count > 0)
            {
                _ = undelete
                    ? await new UndeleteRun(_store.Layout, _source, _source, new UndeleteRequest { Accounts = [account], After = DateTimeOffset.UnixEpoch }, sink).RunAsync(default)
                    : await new RestoreRun(_store.Layout, _source, _source, new RestoreRequest { Account = account, Items = deleted }, sink).RunAsync(default);
            }
        });

        // Of two items of one subject, one may go while the other stays.
        foreach (var twice in Present().GroupBy(p => p).Where(g => g.Count() > 1))
        {
            _saved.ForEach(s => s.MayMiss.Add(twice.Key));
        }

        return completed;
    }

    private async Task<bool> HoldAsync()
    {
        if (_saved.Count == 0 || AccountRegistry.Load(_store.Layout).Stats.Values.Select(s => s.Name).Order(StringComparer.Ordinal).ToList() is not { Count: > 0 } names)
        {
            return true;
        }

        string account = names[_random.Next(names.Count)];
        bool held = _random.Next(3) > 0;
        if (!held)
        {
            _held.Remove(account);
        }

        bool completed = await _store.RunAsync(_ => Task.FromResult(LegalHoldSwitch.Set(_store.Layout, [account], held, "because")));
        if (completed && held)
        {
            _held.Add(account);
        }

        return completed;
    }

    /// <summary>The invariants.</summary>
    private async Task VerifyAsync()
    {
        using (var reader = _store.Open())
        {
            var proved = new HashSet<Digest>();
            foreach (var saved in _saved)
            {
                var (missing, extra) = saved.Compare(List(reader, saved.At, proved));
                Assert.True(
                    missing.Count + extra.Count == 0,
                    $"At {saved.At:HH:mm:ss.fffffff}, state {_saved.IndexOf(saved)}: missing\n{string.Join('\n', missing)}\ntoo many\n{string.Join('\n', extra)}");
            }

            List(reader, null, proved);
            VerifyOrder(reader);
            Assert.Superset(_held, LegalHolds.Load(_store.Layout).All.Select(h => h.Account).ToHashSet());
        }

        var troubles = await _store.CheckAsync();
        if (troubles.Count > 0 && troubles.TrueForAll(t => t.ErrorId == ErrorIds.JournalDamaged))
        {
            // A hole in a batch that nobody reported, and account_stat, which would have told so, not on the disk either: then a repair is asked for.
            _log.Add($"repair, for {troubles[0].Path}");
            Assert.All(troubles, t => Assert.Contains("\0", File.ReadAllText(t.Path![..(t.Path!.IndexOf(".jsonl", StringComparison.Ordinal) + 6)]), StringComparison.Ordinal));
            Assert.True(await _store.RunAsync(sink => new RepairRun(_store.Layout, _store.Server, new RepairRequest(), () => _source, sink).RunAsync(default)));
            troubles = await _store.CheckAsync();
        }

        Assert.True(troubles.Count == 0, $"The check finds\n{string.Join('\n', troubles)}");
    }

    /// <summary>Each content that is listed can be read, and was once somebody's.</summary>
    private List<string> List(BackupReader reader, DateTimeOffset? at, HashSet<Digest> proved)
    {
        var lines = new List<string>();
        foreach (var item in reader.Items.List(new ItemQuery { At = at, Type = ItemType.Message }))
        {
            var digest = item.Digest!.Value;
            lines.Add(SavedState.LineOf(item.Account, item.Subject, item.Folder, item.Flags, digest));
            if (proved.Add(digest))
            {
                using var content = reader.Content.Open(reader.FindState(item.Account, item.Id, at).State);
                using var copy = new MemoryStream();
                content.CopyTo(copy);
                Assert.Equal(digest, Digest.Of(copy.ToArray()));
                Assert.Contains(digest, _source.Ever);
            }
        }

        return lines;
    }

    /// <summary>States of an item follow each other, and an item stays what it is.</summary>
    private static void VerifyOrder(BackupReader reader)
    {
        using var db = reader.Catalog.Connect();
        Assert.Equal(0, db.Scalar("""
            SELECT count(*) FROM state a JOIN state b ON b.account = a.account AND b.item = a.item AND b.tx > a.tx
            WHERE b.start < a.start OR a.end > b.start
            """));
        Assert.Equal(0, db.Scalar("SELECT count(*) FROM (SELECT 1 FROM state WHERE deleted = 0 GROUP BY account, item HAVING count(DISTINCT type) > 1)"));
    }

    private IEnumerable<(string Account, string Subject)> Present() =>
        _source.Accounts.SelectMany(a => a.Value.SelectMany(f => f.Mails.Values.Select(m => (a.Key, Changes.SubjectOf(m)))));

    private IEnumerable<string> Lines() => _source.Accounts.Keys.SelectMany(a => LinesOf(_source, a));

    internal static IEnumerable<string> LinesOf(MemorySource source, string account) =>
        source.Accounts[account].SelectMany(f => f.Mails.Values.Select(m => SavedState.LineOf(account, Changes.SubjectOf(m), f.Path, m.Flags, Digest.Of(m.Content))));
}
