namespace MailBackup.Operations;

/// <summary>
/// Turns the counts of a running operation into rates, per cent and seconds left. Rates are smoothed over about ten seconds, so that one
/// large item does not throw the estimate about. Safe for use by several threads.
/// </summary>
public sealed class ProgressMeter
{
    // A sample over a shorter time is mostly noise.
    private const double SampleSeconds = 0.25;

    private const double SmoothingSeconds = 10;

    // No estimate before this: the first items of a run say little about the rest.
    private const double WarmUpSeconds = 1;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _begun;
    private double _sampled;
    private long _items;
    private long _bytes;
    private double _work;
    private bool _countsItems;
    private double? _itemRate;
    private double? _byteRate;
    private double? _workRate;

    public ProgressMeter(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _begun = _time.GetTimestamp();
    }

    /// <summary>Items a second; 0 until it can be told.</summary>
    public double ItemsPerSecond
    {
        get
        {
            lock (_gate)
            {
                return _itemRate ?? 0;
            }
        }
    }

    /// <summary>Bytes a second; 0 until it can be told.</summary>
    public double BytesPerSecond
    {
        get
        {
            lock (_gate)
            {
                return _byteRate ?? 0;
            }
        }
    }

    /// <summary>Fills in seconds, per cent and seconds left: from the items where their total is known, else from the accounts.</summary>
    public OperationProgress Measure(OperationProgress counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        lock (_gate)
        {
            double now = _time.GetElapsedTime(_begun).TotalSeconds;
            bool countsItems = counts.ItemsTotal > 0;
            double total = countsItems ? counts.ItemsTotal!.Value : counts.AccountsTotal;
            double done = Math.Min(countsItems ? counts.ItemsDone : counts.AccountsDone, total);
            Sample(counts, now, done, countsItems);
            return counts with
            {
                Seconds = now,
                Percent = total > 0 ? 100 * done / total : null,
                SecondsLeft = total <= 0 ? null
                    : done >= total ? 0
                    : now >= WarmUpSeconds && _workRate > 0 ? (total - done) / _workRate
                    : null,
            };
        }
    }

    private void Sample(OperationProgress counts, double now, double done, bool countsItems)
    {
        bool switched = countsItems != _countsItems;
        if (switched)
        {
            // From accounts to items, when the total became known: a rate of one says nothing about the other. The items done so far were
            // done since the beginning.
            _countsItems = countsItems;
            _workRate = now > 0 ? done / now : null;
            _work = done;
        }

        double passed = now - _sampled;
        if (passed < SampleSeconds)
        {
            return;
        }

        double weight = 1 - Math.Exp(-passed / SmoothingSeconds);
        _itemRate = Blend(_itemRate, (counts.ItemsDone - _items) / passed, weight);
        _byteRate = Blend(_byteRate, (counts.BytesDone - _bytes) / passed, weight);
        _workRate = switched ? _workRate : Blend(_workRate, (done - _work) / passed, weight);
        _items = counts.ItemsDone;
        _bytes = counts.BytesDone;
        _work = done;
        _sampled = now;
    }

    private static double Blend(double? rate, double latest, double weight) =>
        rate is { } known ? known + (weight * (Math.Max(0, latest) - known)) : Math.Max(0, latest);
}
