using System.Text.Json;
using MailBackup.Operations;
using MailBackup.Realtime;
using MailBackup.Storage;

namespace MailBackup.Services;

/// <summary>
/// How the service and other processes speak: a lock that lives as long as the service, what it last said of itself, and what others ask of it.
/// All in <c>state/</c>, which only the owner of the backup path may write.
/// </summary>
internal sealed class ServiceFiles(BackupLayout layout)
{
    public const string Stop = "stop";
    public const string Restart = "restart";

    private const int Attempts = 25;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    // The kernel stamps files by a clock that is up to a tick behind.
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(50);

    private DateTime _heldSince;

    private string State => Path.Combine(layout.State, "service.json");

    private string Request => Path.Combine(layout.State, "service.request");

    private string Lock => Path.Combine(layout.State, "service.lock");

    /// <summary>Null when a service runs already.</summary>
    public WriterLock? TryHold()
    {
        PrivateFiles.CreateDirectory(layout.State);
        for (int attempt = 1; ; attempt++)
        {
            // Whoever looks whether a service runs takes the lock for a moment.
            var now = DateTime.UtcNow;
            if (WriterLock.TryAcquire(Lock) is { } held)
            {
                // What stands there is its predecessor's.
                File.Delete(State);
                _heldSince = now - Coarse;
                return held;
            }

            if (attempt == Attempts)
            {
                return null;
            }

            Thread.Sleep(Moment);
        }
    }

    public ServiceInfo Read()
    {
        if (!File.Exists(Lock) || !WriterLock.IsHeld(Lock))
        {
            return new ServiceInfo { Realtime = ReadState()?.Realtime.AsStopped() ?? new() };
        }

        if (ReadState() is not { } info)
        {
            return new ServiceInfo { State = ServiceState.Starting };
        }

        return DateTimeOffset.UtcNow - info.Heartbeat > Silence ? info with { State = ServiceState.NotResponding } : info;
    }

    public void Write(ServiceInfo info) => AtomicFile.Write(layout.Files, State, System.Text.Encoding.UTF8.GetBytes(ServiceJson.Write(info)), sync: false);

    public void Ask(string what) => AtomicFile.Write(layout.Files, Request, System.Text.Encoding.ASCII.GetBytes(what), sync: false, shared: true);

    /// <summary>False when the path has gone, or <c>state/</c> was emptied: nobody can reach the service there any more.</summary>
    public bool IsThere => File.Exists(Lock);

    /// <summary>What others ask for, once; null when nothing. What was asked of a predecessor is thrown away, what was asked of this one while it started is not.</summary>
    public string? TakeRequest()
    {
        string taken = Request + ".taken";
        try
        {
            // Out of the way first: the next may be asked at any moment, and must not go with this one.
            File.Move(Request, taken, overwrite: true);
            var asked = File.GetLastWriteTimeUtc(taken);
            string text = File.ReadAllText(taken).Trim();
            File.Delete(taken);
            return asked >= _heldSince ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private ServiceInfo? ReadState()
    {
        try
        {
            return ServiceJson.Read(File.ReadAllText(State));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}
