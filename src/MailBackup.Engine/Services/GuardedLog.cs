namespace MailBackup.Services;

/// <summary>
/// A log that never throws: its volume may be full, its reader gone, and what the service does matters more than what it says of it. How much could not be
/// written is said as soon as something can be.
/// </summary>
internal sealed class GuardedLog(IServiceLog log) : IServiceLog
{
    private readonly Lock _gate = new();
    private long _lost;

    public void Write(ServiceLogLevel level, string message)
    {
        lock (_gate)
        {
            try
            {
                if (_lost > 0)
                {
                    log.Write(ServiceLogLevel.Warning, FormattableString.Invariant($"This log could not be written for a while; {_lost:N0} messages are missing here."));
                    _lost = 0;
                }

                log.Write(level, message);
            }
#pragma warning disable CA1031 // Whatever the log throws: there is nobody left to tell.
            catch (Exception)
#pragma warning restore CA1031
            {
                _lost++;
            }
        }
    }
}
