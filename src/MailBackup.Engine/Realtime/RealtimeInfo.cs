namespace MailBackup.Realtime;

/// <summary>What the realtime scanner is doing.</summary>
public sealed record RealtimeInfo
{
    public RealtimeState State { get; init; }

    /// <summary>Since when nothing has been missed.</summary>
    public DateTimeOffset? Since { get; init; }

    public int Watches { get; init; }

    /// <summary>Accounts with changes that are not saved yet.</summary>
    public int Pending { get; init; }

    /// <summary>Those of them that a running scan is at, or comes to for the first time: it saves what it finds, and what it has not seen is saved behind it.</summary>
    public int InScan { get; init; }

    /// <summary>Changes saved since it was started.</summary>
    public long Changes { get; init; }

    /// <summary>When a change was made durable last.</summary>
    public DateTimeOffset? LastChange { get; init; }

    /// <summary>Age of the oldest change that is not saved yet; when all are, the longest that one took in the last minute. Seconds.</summary>
    public double LagSeconds { get; init; }

    /// <summary>How often more happened than could be followed; all accounts were looked through then.</summary>
    public long Overflows { get; init; }

    /// <summary>Items and accounts that could not be saved. The log names them.</summary>
    public long Troubles { get; init; }

    /// <summary>Accounts that cannot be followed and are looked at from time to time.</summary>
    public IReadOnlyList<string> Unwatched { get; init; } = [];

    /// <summary>Accounts that are looked at every <see cref="RoundSeconds"/> only, wholly or but for the folders that the server tells of.</summary>
    public IReadOnlyList<string> Rounds { get; init; } = [];

    /// <summary>How long a change in one of <see cref="Rounds"/> may wait until it is seen; 0 when there are none.</summary>
    public double RoundSeconds { get; init; }

    /// <summary>Which accounts are protected how, in a sentence; null when all are followed at once.</summary>
    public string? Protection { get; init; }

    /// <summary>What an administrator should know or do.</summary>
    public string? Warning { get; init; }

    /// <summary>Which operation it waits for; null when it does not wait.</summary>
    public RealtimeWait? Wait { get; init; }

    internal RealtimeInfo AsStopped() => this with { State = RealtimeState.Stopped, Since = null, Watches = 0, InScan = 0, Wait = null };
}
