using MailBackup.Cli.Output;

namespace MailBackup.Cli.Running;

/// <summary>One line of a terminal that is written over and over. Writes nothing at all when standard error is no terminal.</summary>
internal sealed class ProgressLine(Session session)
{
    private const string Erase = "\r\u001b[K";

    private readonly Lock _gate = new();
    private bool _shown;
    private bool _ended;

    public bool Enabled { get; } = session.Host.ErrorIsTerminal && !session.Json && !session.Quiet;

    /// <param name="text">Clean text.</param>
    public void Show(string text)
    {
        if (!Enabled)
        {
            return;
        }

        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            // One column stays free: a full line would wrap on some terminals and could not be erased.
            _shown = true;
            Write(Erase + TextWidth.Cut(text, session.Host.TerminalWidth() - 1));
        }
    }

    /// <summary>Takes the line away for good: a sample under way comes too late.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            if (_shown)
            {
                _shown = false;
                Write(Erase);
            }
        }
    }

    private void Write(string text)
    {
        try
        {
            session.Host.Error.Write(text);
            session.Host.Error.Flush();
        }
        catch (IOException)
        {
            // The terminal was closed. The work goes on: nobody has asked it to stop.
        }
    }
}
