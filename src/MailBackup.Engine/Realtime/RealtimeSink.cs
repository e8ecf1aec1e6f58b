using MailBackup.Operations;
using MailBackup.Services;

namespace MailBackup.Realtime;

/// <summary>
/// Realtime has no report to put troubles into: they go to the log. One that comes again with every change of a folder is told once an hour.
/// </summary>
internal sealed class RealtimeSink(IServiceLog log, TimeProvider clock) : IOperationSink
{
    private const int Remembered = 1_000;
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _since = clock.GetTimestamp();
    private long _troubles;

    public long Troubles => Interlocked.Read(ref _troubles);

    public void Trouble(ItemTrouble trouble)
    {
        Tell($"{trouble.ErrorId} {trouble.Account} {trouble.Path}", $"{trouble.Account}: {trouble.Path} {trouble.Reason} ({trouble.ErrorId})");

        // Behind the line in the log: whoever sees the count finds its reason.
        Interlocked.Increment(ref _troubles);
    }

    public void Warning(string message) => Tell(message, message);

    public void Progress(OperationProgress progress)
    {
    }

    public void Report(OperationReport partial)
    {
    }

    private void Tell(string key, string message)
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_since) > Silence || _told.Count >= Remembered)
            {
                _told.Clear();
                _since = clock.GetTimestamp();
            }

            if (!_told.Add(key))
            {
                return;
            }
        }

        log.Write(ServiceLogLevel.Warning, "Realtime: " + message);
    }
}
