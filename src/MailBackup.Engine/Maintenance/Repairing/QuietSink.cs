using MailBackup.Operations;

namespace MailBackup.Maintenance.Repairing;

/// <summary>For a check whose findings are mended, not told.</summary>
internal sealed class QuietSink : IOperationSink
{
    public static readonly QuietSink Instance = new();

    public void Progress(OperationProgress progress)
    {
    }

    public void Trouble(ItemTrouble trouble)
    {
    }

    public void Warning(string message)
    {
    }

    public void Report(OperationReport partial)
    {
    }
}
