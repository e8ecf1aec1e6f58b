using MailBackup.Operations;

namespace MailBackup.Tests.Support;

/// <summary>Keeps what a running operation says.</summary>
internal sealed class RecordingSink : IOperationSink
{
    public List<ItemTrouble> Troubles { get; } = [];

    public List<string> Warnings { get; } = [];

    public OperationReport? Last { get; private set; }

    public void Progress(OperationProgress progress)
    {
    }

    public void Trouble(ItemTrouble trouble)
    {
        lock (Troubles)
        {
            Troubles.Add(trouble);
        }
    }

    public void Warning(string message)
    {
        lock (Warnings)
        {
            Warnings.Add(message);
        }
    }

    public void Report(OperationReport partial) => Last = partial;
}
