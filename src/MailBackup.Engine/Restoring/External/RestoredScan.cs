using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// Scans the accounts that are restored into: before, so that the backup knows what is still there of an earlier restore; after, so that restored
/// items have ids and content in this server's backup.
/// </summary>
internal sealed class RestoredScan(BackupLayout own, IMailSource source, ScanOptions options, IOperationSink sink)
{
    /// <summary>
    /// Accounts that are not there are passed over. A scan that fails costs nothing of the restore: it is told in a warning, and the next scan does the
    /// rest.
    /// </summary>
    /// <returns>The accounts that the backup now knows as they are, by address, with their ids.</returns>
    public async Task<Dictionary<string, Guid>> RunAsync(IEnumerable<string> accounts, CancellationToken stop)
    {
        var scanned = new Dictionary<string, Guid>(StringComparer.OrdinalIgnoreCase);
        try
        {
            var mailboxes = (await source.ListMailboxesAsync(stop).ConfigureAwait(false)).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var present = accounts.Where(mailboxes.Contains).ToList();
            if (present.Count == 0)
            {
                return scanned;
            }

            var troubles = new Troubles(sink);
            await new SmartScan(own, source, new ScanRequest { Accounts = present }, options, troubles).RunAsync(stop).ConfigureAwait(false);
            var registry = AccountRegistry.Load(own);
            foreach (string name in present.Except(troubles.Accounts, StringComparer.OrdinalIgnoreCase))
            {
                if (registry.FindLiving(name) is { } id)
                {
                    scanned[name] = id;
                }
            }
        }
        catch (MailBackupException e)
        {
            sink.Warning($"The restored accounts could not be scanned; the next scan does it. {e.Message}");
        }

        return scanned;
    }

    private sealed class Troubles(IOperationSink sink) : IOperationSink
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _accounts = new(StringComparer.OrdinalIgnoreCase);

        public ICollection<string> Accounts => _accounts.Keys;

        public void Progress(OperationProgress progress) => sink.Progress(progress with { Activity = "Scanning what was restored" });

        public void Trouble(ItemTrouble trouble)
        {
            if (trouble is { Account: { } account, Item: null })
            {
                _accounts[account] = true;
            }

            sink.Warning($"Scanning {trouble.Account} {trouble.Path}: {trouble.Reason}");
        }

        public void Warning(string message) => sink.Warning(message);

        public void Report(OperationReport partial)
        {
            // The report is that of the restore.
        }
    }
}
