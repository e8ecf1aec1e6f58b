using System.Diagnostics;
using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// A reader that serves one read after another, with what tells that the backup path has moved on since it was opened. To open one costs a look at
/// every account of the path; to ask whether it is still good, a handful of system calls.
/// </summary>
internal sealed class KeptReader : IDisposable
{
    private readonly StoreSignature _signature;
    private readonly (Guid File, long Length)? _changes;
    private readonly SqliteDatabase _probe;
    private readonly long _version;
    private readonly Stopwatch _age;
    private readonly TimeSpan _cost;

    private KeptReader(BackupLayout layout, Catalog catalog, KeptReader? before, Stopwatch? sinceFullLook)
    {
        // First what tells of a change, then what may change.
        try
        {
            _signature = StoreSignature.Of(layout);
            _probe = catalog.Connect();
            _version = Version();
            AccountRegistry registry;
            (registry, _changes) = before is null ? Load(layout) : Follow(layout, before);
            Reader = new BackupReader(layout, catalog, registry);
            MayBeKept = _signature.IsTelling(layout);
        }
        catch
        {
            _probe?.Dispose();
            catalog.Dispose();
            throw;
        }

        (_age, _cost) = before is null ? (Stopwatch.StartNew(), sinceFullLook!.Elapsed) : (before._age, before._cost);
    }

    public BackupReader Reader { get; }

    /// <summary>False where a later change could not be told, so that the next read has to open another.</summary>
    public bool MayBeKept { get; }

    /// <summary>Those who read through it now.</summary>
    public int Users { get; set; }

    /// <summary>Looks at everything.</summary>
    public static KeptReader Open(BackupLayout layout, Action<string> warn)
    {
        var clock = Stopwatch.StartNew();
        return new KeptReader(layout, StoreReader.OpenCatalog(layout, warn), null, clock);
    }

    /// <summary>True while nothing has happened to the backup path that this reader would not show.</summary>
    /// <param name="lookAgain">
    /// After which time everything is looked at: what no operation of ours did (an older copy put back beneath an open node) shows only so.
    /// </param>
    public bool IsGood(TimeSpan lookAgain)
    {
        try
        {
            return MayBeKept && !IsDue(lookAgain) && StoreSignature.Of(Reader.Layout) == _signature && Version() == _version;
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    /// <summary>
    /// One that shows what happened within an operation that is still running: its commits, and the accounts that it has written. Null when more may have
    /// happened, and everything has to be looked at.
    /// </summary>
    public KeptReader? Follow(TimeSpan lookAgain)
    {
        var layout = Reader.Layout;
        var now = StoreSignature.Of(layout);
        return !IsDue(lookAgain) && !layout.IsReadOnly && now.Catalog == _signature.Catalog && now.Lock == _signature.Lock && Catalog.OpenExisting(layout) is { } catalog
            ? new KeptReader(layout, catalog, this, null) : null;
    }

    public void Dispose()
    {
        _probe.Dispose();
        Reader.Dispose();
    }

    private static (AccountRegistry Registry, (Guid File, long Length)? Changes) Load(BackupLayout layout)
    {
        var end = AccountChanges.End(layout.AccountChanges);
        return (AccountRegistry.Load(layout), end);
    }

    private static (AccountRegistry Registry, (Guid File, long Length)? Changes) Follow(BackupLayout layout, KeptReader before)
    {
        if (before._changes is not { } end || AccountChanges.Since(layout.AccountChanges, end) is not { } since)
        {
            return Load(layout);
        }

        var known = before.Reader.Registry;
        var changed = layout.ListAccounts().ToHashSet();
        changed.SymmetricExceptWith(known.Stats.Keys);
        changed.UnionWith(since.Accounts);
        return (changed.Count == 0 ? known : known.With(layout, changed), since.End);
    }

    private bool IsDue(TimeSpan lookAgain) => _age.Elapsed > (_cost * 20 > lookAgain ? _cost * 20 : lookAgain);

    /// <summary>Another number after every commit of anybody else.</summary>
    private long Version() => _probe.Scalar("PRAGMA data_version") ?? 0;
}
