using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>What was added, changed, moved and deleted in accounts between two moments, as objects that Restore-Item takes.</summary>
[Cmdlet(VerbsData.Compare, "BackupAccount")]
[OutputType(typeof(ItemChange))]
public sealed class CompareBackupAccountCommand : BackupCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    /// <summary>The earlier moment.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public DateTimeOffset At { get; set; }

    /// <summary>The later moment. Default: now.</summary>
    [Parameter(Position = 2)]
    public DateTimeOffset? With { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        foreach (string account in ExpandAccounts(node, Account))
        {
            try
            {
                foreach (var change in node.Compare(account, At, With))
                {
                    StopToken.ThrowIfCancellationRequested();
                    WriteObject(ItemObject.Create(change, node.Path));
                }
            }
            catch (MailBackupException e) when (ErrorTranslation.ConcernsOneThing(e.ErrorId))
            {
                WriteFailure(e);
            }
        }
    }
}
