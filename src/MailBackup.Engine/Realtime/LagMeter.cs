namespace MailBackup.Realtime;

/// <summary>The longest time from a change to its being durable, in the last minute.</summary>
internal sealed class LagMeter(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, double Seconds)> _lags = new();

    public void Add(double seconds)
    {
        lock (_gate)
        {
            Trim();
            _lags.Enqueue((clock.GetTimestamp(), seconds));
        }
    }

    public double Longest
    {
        get
        {
            lock (_gate)
            {
                Trim();
                return _lags.Count == 0 ? 0 : _lags.Max(l => l.Seconds);
            }
        }
    }

    private void Trim()
    {
        while (_lags.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) > Window)
        {
            _lags.Dequeue();
        }
    }
}
