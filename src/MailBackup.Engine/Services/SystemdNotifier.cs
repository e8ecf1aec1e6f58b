using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MailBackup.Services;

/// <summary>Tells systemd how the service is: sd_notify(3), by hand, one datagram a message. Does nothing where systemd does not ask for it.</summary>
public sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    /// <param name="environment">The variables of the process.</param>
    public SystemdNotifier(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        IsSupervised = environment("INVOCATION_ID") is { Length: > 0 } && environment("NOTIFY_SOCKET") is { Length: > 0 };
        if (environment("NOTIFY_SOCKET") is { Length: > 1 } path)
        {
            // A name that begins with @ is one of the abstract namespace.
            _address = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }

        bool mine = environment("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (mine && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0)
        {
            // Half the time, as sd_watchdog_enabled(3) recommends, and a little less.
            WatchdogPeriod = TimeSpan.FromMicroseconds(microseconds) / 3;
        }
    }

    public bool IsSupervised { get; }

    /// <summary>How often systemd wants a sign of life; null when it does not watch.</summary>
    public TimeSpan? WatchdogPeriod { get; }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Status(string status) => Send("STATUS=" + status);

    public void Stopping() => Send("STOPPING=1");

    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(message), _address!);
        }
        catch (SocketException)
        {
            // systemd restarts itself: the next message will find it again.
        }
    }
}
