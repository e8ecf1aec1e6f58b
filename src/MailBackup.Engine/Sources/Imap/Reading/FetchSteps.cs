namespace MailBackup.Sources.Imap.Reading;

/// <summary>One command on its way: the opening of a folder (no contents), or the fetching of messages by UID.</summary>
internal sealed record FetchStep(string Tag, IReadOnlyDictionary<uint, PendingContent>? Contents);

/// <summary>The commands that a connection has been sent and has not answered, in their order.</summary>
internal sealed class FetchSteps
{
    private readonly Queue<FetchStep> _steps = new();

    public int Count => _steps.Count;

    public FetchStep? First => _steps.TryPeek(out var step) ? step : null;

    public void Add(FetchStep step) => _steps.Enqueue(step);

    public void RemoveFirst() => _steps.Dequeue();

    /// <summary>Everything that the commands for the open folder ask for.</summary>
    public List<IReadOnlyDictionary<uint, PendingContent>> OfOpenFolder() => [.. _steps.TakeWhile(s => s.Contents is not null).Select(s => s.Contents!)];

    /// <summary>The message of the open folder that was asked for and has this UID. Behind the opening of the next folder UIDs mean others.</summary>
    public PendingContent? Asked(uint uid)
    {
        foreach (var step in _steps)
        {
            if (step.Contents is null)
            {
                return null;
            }

            if (step.Contents.TryGetValue(uid, out var content))
            {
                return content;
            }
        }

        return null;
    }

    /// <summary>What was sent for and has not come, in its order.</summary>
    public IReadOnlyList<PendingContent> Unfinished() => [.. _steps.SelectMany(s => s.Contents?.Values ?? []).Where(c => !c.IsSettled)];
}
