using MailBackup.Operations;

namespace MailBackup.Archives.Importing;

/// <summary>What the scan before an import says: its progress and its troubles are the import's, its counts are not.</summary>
internal sealed class ScanSink(IOperationSink sink) : IOperationSink
{
    public long Troubles { get; private set; }

    public void Progress(OperationProgress progress) => sink.Progress(progress with { Activity = "Saving what is there" });

    public void Trouble(ItemTrouble trouble)
    {
        if (trouble.ErrorId == ErrorIds.SourceSuddenlyEmpty)
        {
            // An emptied mailbox is what one imports into.
            sink.Warning(trouble.Reason);
            return;
        }

        Troubles++;
        sink.Trouble(trouble);
    }

    public void Warning(string message) => sink.Warning(message);

    public void Report(OperationReport partial)
    {
    }
}
