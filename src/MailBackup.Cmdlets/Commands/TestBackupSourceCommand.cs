using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Running;
using MailBackup.Sources;

namespace MailBackup.Cmdlets;

/// <summary>
/// True when the mail source can be read: it opens, its directory parses, every mailbox lists its folders. What is wrong is a warning,
/// what was found is told with -Verbose. Nothing is changed.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupSource")]
[OutputType(typeof(bool))]
public sealed class TestBackupSourceCommand : SourceCommand
{
    protected override void Process()
    {
        var source = Merge(Known());
        WriteObject(RunEngine((bridge, stop) => ProbeAsync(source, bridge, stop)));
    }

    /// <summary>A source can be tried before there is any backup path.</summary>
    private SourceConfiguration Known() =>
        BackupPath is null && (Maildir ?? Imap) is not null && RunspaceState.Current.FindBackupPath() is null
            ? new SourceConfiguration()
            : OpenNode().Configuration.Source;

    private static async Task<bool> ProbeAsync(SourceConfiguration configuration, PipelineBridge bridge, CancellationToken stop)
    {
        try
        {
            await using var source = MailSourceFactory.Open(configuration);
            bridge.Post(c => c.WriteVerbose(source.Description));
            var directory = await source.ReadProvisioningAsync(null, stop).ConfigureAwait(false);
            bridge.Post(c => c.WriteVerbose(directory is null ? "No directory." : $"{directory.Entries.Count} entries in the directory."));
            var mailboxes = await source.ListMailboxesAsync(stop).ConfigureAwait(false);
            bridge.Post(c => c.WriteVerbose($"{mailboxes.Count} mailboxes."));
            bool good = true;
            for (int i = 0; i < mailboxes.Count; i++)
            {
                bridge.Show(Progress(mailboxes[i], i, mailboxes.Count));
                good &= await ProbeMailboxAsync(source, mailboxes[i], bridge, stop).ConfigureAwait(false);
            }

            return good;
        }
        catch (MailBackupException e)
        {
            bridge.Post(c => c.WriteWarning(CmdletWords.Translate(e.Message)));
            return false;
        }
    }

    private static async Task<bool> ProbeMailboxAsync(IMailSource source, string account, PipelineBridge bridge, CancellationToken stop)
    {
        try
        {
            var folders = await source.ListFoldersAsync(account, stop).ConfigureAwait(false);
            bridge.Post(c => c.WriteVerbose($"{account}: {folders.Count} folders."));
            return true;
        }
        catch (MailBackupException e)
        {
            bridge.Post(c => c.WriteWarning($"{account}: {CmdletWords.Translate(e.Message)}"));
            return false;
        }
    }

    private static ProgressRecord Progress(string account, int done, int total) =>
        new(1, "Reading the source", string.Create(CultureInfo.InvariantCulture, $"{account}, account {done + 1} of {total}"))
        {
            PercentComplete = 100 * done / total,
        };
}
