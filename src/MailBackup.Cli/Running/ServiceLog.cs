using System.Globalization;
using MailBackup.Services;

namespace MailBackup.Cli.Running;

/// <summary>
/// Standard error as a log: under systemd with the levels of sd-daemon(3), else with the time.
/// </summary>
internal sealed class ServiceLog(Session session) : IServiceLog
{
    private readonly Lock _gate = new();
    private readonly bool _journal = session.Host.Environment("JOURNAL_STREAM") is { Length: > 0 };

    public void Write(ServiceLogLevel level, string message)
    {
        if (session.Quiet && level == ServiceLogLevel.Information)
        {
            return;
        }

        string text = TextCleaner.Clean(message);
        string line = _journal
            ? string.Create(CultureInfo.InvariantCulture, $"<{(int)level}>{text}")
            : string.Create(CultureInfo.InvariantCulture, $"{session.ToLocal(session.Host.Clock.GetUtcNow()):yyyy-MM-dd HH:mm:ss} {level,-11} {text}");
        lock (_gate)
        {
            session.Host.Error.WriteLine(line);
            session.Host.Error.Flush();
        }
    }
}
