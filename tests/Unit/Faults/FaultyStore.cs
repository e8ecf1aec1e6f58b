using System.Runtime.InteropServices;
using MailBackup.Configuration;
using MailBackup.Maintenance.Checking;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Faults;

/// <summary>A backup path on a faulty disk, with small segments and bundles, and one operation after another on it as the queue would run them.</summary>
internal sealed partial class FaultyStore : IDisposable
{
    private readonly string _folder;
    private readonly Random _random;
    private byte[]? _olderCatalog;

    /// <summary>A second name of the catalog's file, under which it outlives its deletion: a power failure may bring it back as the very file that it was.</summary>
    private string KeptCatalog => Path.Combine(_folder, "catalog");

    public FaultyStore(Random random)
    {
        _random = random;
        _folder = Directory.CreateDirectory(Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "mailbackup-faults-" + Guid.NewGuid().ToString("N"))).FullName;
        BackupPathSetup.Initialize(Path.Combine(_folder, "backup"), Server);
        Files = new FaultyFiles(Path.Combine(_folder, "backup"), random);
        Layout = new BackupLayout(Path.Combine(_folder, "backup")) { Files = Files, Seal = (random.Next(600, 3000), random.Next(1500, 6000)) };
    }

    public Guid Server { get; } = Guid.NewGuid();

    public BackupLayout Layout { get; }

    public FaultyFiles Files { get; }

    /// <summary>What the operation that ran last has told.</summary>
    public RecordingSink Said { get; private set; } = new();

    /// <summary>Runs an operation under the writer lock. Errors that no fault explains are thrown.</summary>
    /// <returns>True when it completed.</returns>
    public async Task<bool> RunAsync(Func<RecordingSink, Task> operation)
    {
        Said = new RecordingSink();
        try
        {
            var held = WriterLock.TryAcquire(Layout.WriterLock, Files) ?? throw new InvalidOperationException("Somebody has the lock.");
            try
            {
                await operation(Said);
                return true;
            }
            finally
            {
                held.Dispose();
                if (Files.IsDead)
                {
                    // A killed process does not empty its lock.
                    await File.WriteAllTextAsync(Layout.WriterLock, "4711\n");
                    await File.WriteAllTextAsync(Layout.LegalHoldLock, "4711\n");
                }
            }
        }
        catch (Exception) when (Files.IsDead)
        {
            return false;
        }
        catch (MailBackupException) when (Files.Struck)
        {
            return false;
        }
    }

    /// <summary>The machine is up again, with the catalog that chance has left.</summary>
    public string Restart()
    {
        bool power = Files is { IsDead: true, Fault: Fault.PowerFailure };
        bool deleted = File.Exists(KeptCatalog) && FileIdentity.Inode(KeptCatalog) != FileIdentity.Inode(Layout.Catalog);
        bool forGood = Files.IsStateSynced;
        Files.Restart();
        string catalog = Layout.Catalog;
        if (power && deleted && !forGood && _random.Next(4) > 0)
        {
            Drop(catalog);
            File.Delete(catalog);
            Check(Link(KeptCatalog, catalog));
            Fill(catalog);
            return "catalog back though deleted";
        }

        switch (power ? _random.Next(4) : _random.Next(8))
        {
            case 0:
                Drop(catalog);
                File.Delete(catalog);
                return "no catalog";
            case 1 when power && _olderCatalog is not null && File.Exists(catalog):
                Drop(catalog);
                Fill(catalog);
                return "older catalog";
            default:
                return "catalog kept";
        }
    }

    /// <summary>Keeps the catalog as it is now for a later power failure.</summary>
    public void RememberCatalog()
    {
        if (File.Exists(Layout.Catalog) && !File.Exists(Layout.Catalog + "-wal"))
        {
            _olderCatalog = File.ReadAllBytes(Layout.Catalog);
            File.Delete(KeptCatalog);
            Check(Link(Layout.Catalog, KeptCatalog));
        }
    }

    /// <summary>All that a check finds wrong.</summary>
    public async Task<List<ItemTrouble>> CheckAsync()
    {
        var sink = new RecordingSink();
        await new CoherencyCheck(Layout, new CheckRequest(), () => throw new InvalidOperationException("Asked for the source."), sink).RunAsync(default);
        return sink.Troubles;
    }

    public BackupReader Open()
    {
        // As an operation that comes next.
        WriterLock.TryAcquire(Layout.WriterLock, Files)!.Dispose();
        return new BackupReader(Layout, StoreReader.OpenCatalog(Layout, null));
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("MAILBACKUP_FUZZ_SEED") is null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Fill(string catalog)
    {
        using var file = new FileStream(catalog, FileMode.Open, FileAccess.Write);
        file.SetLength(0);
        file.Write(_olderCatalog!);
    }

    private static void Check(int result) => Assert.Equal(0, result);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    private static void Drop(string catalog)
    {
        File.Delete(catalog + "-wal");
        File.Delete(catalog + "-shm");
    }
}
