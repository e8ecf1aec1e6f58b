namespace MailBackup.Services;

/// <summary>Where the service says what it does. Any thread; one line a message, never a secret.</summary>
public interface IServiceLog
{
    void Write(ServiceLogLevel level, string message);
}
