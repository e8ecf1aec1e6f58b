using MailBackup.Operations;

namespace MailBackup.Realtime;

/// <summary>How it gets on with the operations of the node: beside those that share the store, behind all others.</summary>
internal sealed partial class RealtimeScanner
{
    /// <summary>True when an operation waits for the backup path, or has it. Looks for one ten times a second at most.</summary>
    private bool MustYield()
    {
        if (_clock.GetElapsedTime(_looked) < LookForOperations)
        {
            return false;
        }

        _looked = _clock.GetTimestamp();
        var open = _node.Operations.List();
        IndexFromTimeToTime(open);
        bool shared = _node.Share.IsOffered, waits = open.Count > 0 && !shared;
        Say(i => i with
        {
            Wait = shared ? null : RealtimeWait.Of(open, i.Wait, _clock.GetUtcNow()),
            InScan = shared ? i.InScan : 0,
        });
        if ((shared || waits != _operationWaits) && _info.State is RealtimeState.Running or RealtimeState.Waiting)
        {
            Say(i => i with { State = waits ? RealtimeState.Waiting : Following(i) });
        }

        _operationWaits = waits;
        _operationIsOpen = open.Count > 0;
        return _operationIsOpen;
    }

    /// <summary>Takes what is ready but for what the scan sees to itself.</summary>
    private List<PendingAccount> TakeBeside(RealtimeSession guest)
    {
        int inScan = 0;
        var taken = _pending.Take(_atOnce, account =>
        {
            bool free = guest.TryTake(account);
            inScan += free ? 0 : 1;
            return free;
        });
        if (inScan != _info.InScan)
        {
            Say(i => i with { InScan = inScan });
        }

        return taken;
    }

    private void IndexFromTimeToTime(IReadOnlyList<Operation> open)
    {
        // What runs is followed by the indexing of what it has brought.
        if (_unindexed && open.Count == 0 && _node.Configuration.SearchIndex && _clock.GetElapsedTime(_indexed) > IndexEvery)
        {
            _unindexed = false;
            _indexed = _clock.GetTimestamp();
            _node.Submit(new SearchIndexRequest());
        }
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
    }
}
