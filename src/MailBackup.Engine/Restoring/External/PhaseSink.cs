using MailBackup.Operations;

namespace MailBackup.Restoring.External;

/// <summary>Passes on what one phase of a restore says; its partial reports together with those of the phases before it.</summary>
internal sealed class PhaseSink(IOperationSink sink) : IOperationSink
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private OperationReport _before = new();

    /// <summary>What the phases that have ended did.</summary>
    public OperationReport Total => _before with { Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3) };

    /// <summary>A phase has ended.</summary>
    public void End(OperationReport phase)
    {
        _before = Sum(_before, phase);
        sink.Report(Total);
    }

    public void Progress(OperationProgress progress) => sink.Progress(progress);

    public void Trouble(ItemTrouble trouble) => sink.Trouble(trouble);

    public void Warning(string message) => sink.Warning(message);

    public void Report(OperationReport partial) => sink.Report(Sum(_before, partial));

    private static OperationReport Sum(OperationReport a, OperationReport b) => new()
    {
        Restored = a.Restored + b.Restored,
        Skipped = a.Skipped + b.Skipped,
        Unrestored = a.Unrestored + b.Unrestored,
        Errors = a.Errors + b.Errors,
        BytesRead = a.BytesRead + b.BytesRead,
        BytesStored = a.BytesStored + b.BytesStored,
        UnrestoredItems = [.. a.UnrestoredItems.Concat(b.UnrestoredItems).GroupBy(u => u.Account, StringComparer.Ordinal)
            .Select(g => new UnrestoredItems(g.Key, [.. g.SelectMany(u => u.Items).Distinct().Order()], g.Any(u => u.WholeAccount)))],
    };
}
