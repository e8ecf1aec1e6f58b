namespace MailBackup.Operations;

/// <summary>Where a running operation speaks to. May be called from any thread; never blocks for long.</summary>
public interface IOperationSink
{
    void Progress(OperationProgress progress);

    /// <summary>One item (account, record) failed; the operation goes on.</summary>
    void Trouble(ItemTrouble trouble);

    void Warning(string message);

    /// <summary>
    /// What has been made durable so far; the latest counts. It becomes the report of an operation that is stopped or fails, so it is to be
    /// given after every batch.
    /// </summary>
    void Report(OperationReport partial);
}
