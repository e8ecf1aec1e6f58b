using System.Runtime.InteropServices;

namespace MailBackup.Cli.Running;

/// <summary>
/// Ctrl+C and SIGTERM while an operation runs: the first asks it to stop at its next batch, so that everything reported is durable; the
/// second ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Session _session;
    private readonly Action _onStop;

    /// <param name="onStop">Called once, from the thread of the signal.</param>
    public StopSignals(Session session, Action onStop)
    {
        _session = session;
        _onStop = onStop;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public CancellationToken Token => _source.Token;

    private void OnSignal(PosixSignalContext context)
    {
        lock (_source)
        {
            if (_session.StoppedBySignal is not null)
            {
                // Not cancelled: the system's own answer to the signal, the end of the process.
                return;
            }

            context.Cancel = true;
            _session.StoppedBySignal = context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted;
        }

        _onStop();
        _source.Cancel();
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }
}
