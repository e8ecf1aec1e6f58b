using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>What a check found wrong, counted and gathered for whoever mends it. Any thread may add.</summary>
internal sealed class CheckFindings(IOperationSink sink)
{
    private readonly Lock _gate = new();
    private readonly List<(string Place, long Length)> _gaps = [];
    private long _checked, _errors, _bytes;

    public long Checked => Interlocked.Read(ref _checked);

    public long Errors => Interlocked.Read(ref _errors);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Journals that salvage has to look at.</summary>
    public List<JournalFile> DamagedJournals { get; } = [];

    /// <summary>The first thing that was said of a damaged journal, with its place.</summary>
    public string FirstReason { get; private set; } = "";

    /// <summary>Files that do not belong where they are, absolute.</summary>
    public List<(string Path, string Why)> StrayFiles { get; } = [];

    /// <summary>Places in bundles where no blob can be made out. What stood there is known when all references have been asked: see <see cref="TellGaps"/>.</summary>
    public void Gap(string place, long length)
    {
        lock (_gate)
        {
            _gaps.Add((place, length));
        }
    }

    /// <param name="harmful">Something that is named is missing.</param>
    public void TellGaps(bool harmful)
    {
        foreach (var (place, length) in harmful ? _gaps : [])
        {
            Trouble(new ItemTrouble(ErrorIds.BlobDamaged, null, null, place, $"{length} bytes are no blob: what stood there is lost here."));
        }

        if (!harmful && _gaps is [var (first, _), ..])
        {
            Warning($"{_gaps.Count} {(_gaps.Count == 1 ? "place" : "places")} in bundles, {first} the first, hold no blob and cost nothing: a power failure or a full disk left them. --quarantine takes them out.");
        }

        _gaps.Clear();
    }

    public void Count(long things, long bytes = 0)
    {
        Interlocked.Add(ref _checked, things);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void Trouble(ItemTrouble trouble)
    {
        Interlocked.Increment(ref _errors);
        sink.Trouble(trouble);
    }

    public void Damaged(JournalFile journal, string? account, string place, string reason)
    {
        lock (_gate)
        {
            if (!DamagedJournals.Any(j => j.Name == journal.Name))
            {
                FirstReason = DamagedJournals.Count == 0 ? $"{place}: {reason}" : FirstReason;
                DamagedJournals.Add(journal);
            }
        }

        Trouble(new ItemTrouble(ErrorIds.JournalDamaged, account, null, place, reason));
    }

    public void Stray(string path, string why)
    {
        lock (_gate)
        {
            StrayFiles.Add((path, why));
        }
    }

    public void Warning(string message) => sink.Warning(message);
}
