namespace MailBackup.Sources.Imap.Watching;

/// <summary>What the feed knows of an account. Written by whoever looks after the account just now, read by all.</summary>
internal sealed class WatchedAccount(string name)
{
    private readonly Lock _gate = new();
    private ulong? _print;
    private long _blind;

    public string Name => name;

    /// <summary>It has been looked at once: what changes from then on is seen.</summary>
    public volatile bool Seen;

    /// <summary>A connection tells what happens in it, in all folders or, by IDLE, in some.</summary>
    public volatile bool Live;

    /// <summary>Of this one alone, a connection tells only what happens in one folder: the server refuses it NOTIFY.</summary>
    public volatile bool Partly;

    /// <summary>Why it cannot be looked at; null while it can.</summary>
    public volatile string? Trouble;

    /// <summary>A round has it in its hands.</summary>
    public volatile bool InRound;

    /// <summary>When the next round is to look at it, and when it was looked at last, by <see cref="Environment.TickCount64"/>.</summary>
    public long Due, Looked;

    /// <summary>When something was seen to happen last; null never.</summary>
    public long? Changed { get; private set; }

    /// <summary>Attempts in a row that came to nothing.</summary>
    public int Failures { get; private set; }

    /// <summary>Notes that it could not be looked at.</summary>
    public void Fail(string why)
    {
        lock (_gate)
        {
            Failures++;
            Trouble = why;
        }
    }

    /// <summary>Notes what a look has shown.</summary>
    /// <param name="blindEvery">How often an account of which the server cannot tell counts as changed.</param>
    /// <returns>True when something may have happened since the look before, or there was none.</returns>
    public bool Look(IReadOnlyList<SourceFolder> folders, TimeSpan blindEvery)
    {
        ulong? print = FolderPrint.Of(folders);
        long now = Environment.TickCount64;
        lock (_gate)
        {
            bool first = !Seen;
            bool changed = print is null ? first || now - _blind >= blindEvery.TotalMilliseconds : first || print != _print;
            if (changed && print is not null && !first)
            {
                Changed = now;
            }

            _blind = changed ? now : _blind;
            (_print, Looked, Seen, Trouble, Failures) = (print, now, true, null, 0);
            return changed;
        }
    }

    /// <summary>The server told of a change.</summary>
    public void Touch()
    {
        lock (_gate)
        {
            Changed = Environment.TickCount64;
        }
    }
}
