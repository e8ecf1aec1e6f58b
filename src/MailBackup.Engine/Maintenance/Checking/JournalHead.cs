using System.Text;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// A head of a journal that was written down at some time (in <c>account_stat</c>, in an anchor): the transaction and its checksum. Shown every line and
/// every removal as the journal is read, it tells what became of that head.
/// </summary>
internal sealed class JournalHead(long transaction, string check)
{
    public long Transaction => transaction;

    /// <summary>Until it is met, the journal ends before it.</summary>
    public HeadState State { get; private set; } = transaction == 0 ? HeadState.Met : HeadState.NotReached;

    public void See(long number, ReadOnlySpan<byte> line)
    {
        if (number == transaction)
        {
            Span<byte> stated = stackalloc byte[LineChecksum.Length];
            State = LineChecksum.TryGet(line, stated, out _) && stated.SequenceEqual(Encoding.UTF8.GetBytes(check)) ? HeadState.Met : HeadState.Different;
        }
    }

    public void See(RemovalRecord removal)
    {
        bool inRun = transaction >= removal.First && transaction <= removal.Last;
        if (!inRun && !(removal.Removed == 0 && removal.Last == transaction && State == HeadState.Different))
        {
            return;
        }

        // Of a run only the last checksum is kept; a head in the middle of it cannot be met any more.
        State = removal.Last == transaction && removal.Check == check ? HeadState.Met
            : inRun && (transaction < removal.Last || removal.Reason == RemovalReason.Damage) ? HeadState.Removed
            : HeadState.Different;
    }
}
