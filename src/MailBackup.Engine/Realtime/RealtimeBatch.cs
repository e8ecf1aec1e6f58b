using MailBackup.Operations;

namespace MailBackup.Realtime;

/// <summary>What has become of a batch of accounts. Hears the troubles of its scan and passes them on.</summary>
internal sealed class RealtimeBatch(IOperationSink sink) : IOperationSink
{
    private readonly Lock _gate = new();

    /// <summary>Transactions that are durable.</summary>
    public long Changes { get; set; }

    /// <summary>Accounts that could not be looked at, and why.</summary>
    public Dictionary<string, string> Failed { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accounts of which items could not be saved.</summary>
    public HashSet<string> Troubled { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>It took too long and was broken off; what did not fail is still to be done.</summary>
    public bool IsCut { get; set; }

    public void Trouble(ItemTrouble trouble)
    {
        lock (_gate)
        {
            if (trouble.Account is { } account)
            {
                Troubled.Add(account);
            }
        }

        sink.Trouble(trouble);
    }

    public void Warning(string message) => sink.Warning(message);

    public void Progress(OperationProgress progress)
    {
    }

    public void Report(OperationReport partial)
    {
    }
}
