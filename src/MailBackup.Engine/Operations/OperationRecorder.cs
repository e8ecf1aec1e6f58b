namespace MailBackup.Operations;

/// <summary>Collects what a running operation says, and makes its final report of it.</summary>
internal sealed class OperationRecorder : IOperationSink
{
    /// <summary>Troubles, and warnings, that a report keeps. All are counted.</summary>
    public const int Limit = 1_000;

    private readonly Lock _gate = new();
    private readonly List<ItemTrouble> _troubles = [];
    private readonly List<string> _warnings = [];
    private long _troubleCount;
    private volatile OperationProgress? _progress;
    private volatile OperationReport? _partial;

    public OperationProgress? LatestProgress => _progress;

    public void Progress(OperationProgress progress) => _progress = progress;

    public void Report(OperationReport partial) => _partial = partial;

    public void Trouble(ItemTrouble trouble)
    {
        lock (_gate)
        {
            _troubleCount++;
            if (_troubles.Count < Limit)
            {
                _troubles.Add(trouble);
            }
        }
    }

    public void Warning(string message)
    {
        lock (_gate)
        {
            if (_warnings.Count < Limit)
            {
                _warnings.Add(message);
            }
        }
    }

    /// <summary>
    /// The executor's own report (or, for one that did not come to its end, the last it gave), with what was said on the way. A trouble or
    /// warning that is in both is kept once.
    /// </summary>
    public OperationReport Complete(OperationReport? final, TimeSpan elapsed)
    {
        var report = final ?? _partial ?? new OperationReport();
        lock (_gate)
        {
            long unsaid = AddMissing(_troubles, report.Troubles);
            AddMissing(_warnings, report.Warnings);
            return report with
            {
                Troubles = _troubles.ToArray(),
                Warnings = _warnings.ToArray(),
                Errors = Math.Max(report.Errors, _troubleCount + unsaid),
                Seconds = report.Seconds > 0 ? report.Seconds : elapsed.TotalSeconds,
            };
        }
    }

    /// <returns>How many were missing, kept or not.</returns>
    private static long AddMissing<T>(List<T> kept, IReadOnlyList<T> more)
    {
        if (more.Count == 0)
        {
            return 0;
        }

        var known = new HashSet<T>(kept);
        long missing = 0;
        foreach (var one in more)
        {
            if (!known.Contains(one))
            {
                missing++;
                if (kept.Count < Limit)
                {
                    kept.Add(one);
                }
            }
        }

        return missing;
    }
}
