using System.Buffers;
using MailBackup.Configuration;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Changes legal holds, or keeps them from being changed while something is removed. It has a lock of its own, because a hold takes effect at
/// once and does not wait for a running operation. Open it for one step and close it again.
/// </summary>
internal sealed class LegalHoldJournal : IDisposable
{
    public const int MaxReasonLength = 4_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BackupLayout _layout;
    private readonly WriterLock _lock;
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private JournalWriter? _writer;

    private LegalHoldJournal(BackupLayout layout, WriterLock held, LegalHolds holds)
    {
        _layout = layout;
        _lock = held;
        Holds = holds;
    }

    /// <summary>As they are now, and stay until this is disposed but for changes made through it.</summary>
    public LegalHolds Holds { get; }

    /// <param name="patience">How long to wait for another process; null: half a minute.</param>
    /// <exception cref="MailBackupException"><c>LegalHoldDamaged</c>; <c>BackupPathBusy</c> when another process does not let go of the holds.</exception>
    public static LegalHoldJournal Open(BackupLayout layout, TimeSpan? patience = null)
    {
        try
        {
            PrivateFiles.CreateDirectory(layout.State);
            var held = Lock(layout, patience);
            try
            {
                return new LegalHoldJournal(layout, held, LegalHolds.Load(layout));
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }

    /// <summary>Places a hold, or changes the reason of one placed by hand. A hold that is there already is left as it is.</summary>
    /// <returns>True when something was changed.</returns>
    public bool Place(Guid account, string name, string reason, bool automatic)
    {
        var before = Holds.Of(account).FirstOrDefault(h => h.Automatic == automatic);
        if (before is not null && (automatic || reason.Length == 0 || before.Reason == reason))
        {
            return false;
        }

        Append(account, name, held: true, automatic, reason);
        return true;
    }

    /// <summary>Lifts the account's holds, also the automatic one.</summary>
    /// <returns>True when it had any.</returns>
    public bool Lift(Guid account, string name, string reason)
    {
        if (!Holds.IsHeld(account))
        {
            return false;
        }

        Append(account, name, held: false, automatic: false, reason);
        return true;
    }

    /// <summary>Makes the changes durable. Without it nothing has been changed.</summary>
    public void Commit()
    {
        try
        {
            if (_writer is not null)
            {
                _writer.Save();
                LegalHoldHead.Write(_layout, _writer.Position);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, _layout.Root);
        }
    }

    public void Dispose() => _lock.Dispose();

    private void Append(Guid account, string name, bool held, bool automatic, string reason)
    {
        _writer ??= JournalWriter.Open(_layout.LegalHold, null, _layout.Cut, reported: LegalHoldHead.Read(_layout));
        var change = new LegalHoldChange(
            new TransactionId(_writer.NextTransaction), TransactionLine.Truncate(DateTimeOffset.UtcNow), account, name, held, automatic, reason, Actor.Name);
        _writer.Append(LegalHoldLine.Write(_line, change));
        Holds.Apply(change);
    }

    /// <summary>Keeps everybody from changing holds, whatever the journal is like.</summary>
    /// <exception cref="MailBackupException"><c>BackupPathBusy</c>.</exception>
    public static WriterLock Lock(BackupLayout layout, TimeSpan? patience = null) =>
        WriterLock.TryAcquire(layout.LegalHoldLock, layout.Files, patience ?? Patience) ?? throw new MailBackupException(
            ErrorIds.BackupPathBusy,
            $"Another process keeps the legal holds of {layout.Root} from being changed.",
            $"Try again; {layout.LegalHoldLock} holds its process id. Nothing was changed.",
            layout.Root);
}
