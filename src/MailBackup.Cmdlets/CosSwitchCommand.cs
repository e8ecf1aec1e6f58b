using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;

namespace MailBackup.Cmdlets;

/// <summary>The base of the cmdlets that take a class of service out of the backup and in again. Not queued: the next scan acts on it.</summary>
public abstract class CosSwitchCommand : BackupCommand
{
    private readonly bool _enable;

    private protected CosSwitchCommand(bool enable) => _enable = enable;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(CosCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Cos { get; set; } = [];

    /// <summary>Return the classes of service as they are now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var known = RunEngine((_, stop) => node.GetCosBackupsAsync(stop));
        foreach (string pattern in Cos)
        {
            var wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
            var found = known.Where(c => wildcard.IsMatch(c.Cos)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                WriteFailure(new MailBackupException(
                    ErrorIds.CosNotFound, $"The directory has no COS {pattern}.", "Get-CosBackup lists all.", pattern));
            }

            foreach (var cos in found)
            {
                SetOne(node, cos.Cos, cos.Members);
            }
        }
    }

    private void SetOne(BackupNode node, string cos, int members)
    {
        string action = _enable ? $"Back up its {members} accounts again" : $"Leave its {members} accounts out of the backup and treat them as deleted";
        if (!ShouldProcess($"COS {cos}", action))
        {
            return;
        }

        if (!RunEngine((_, stop) => node.SetCosBackupAsync(cos, _enable, stop)))
        {
            WriteVerbose($"COS {cos} is {(_enable ? "enabled" : "disabled")} already.");
        }

        if (PassThru)
        {
            foreach (var now in RunEngine((_, stop) => node.GetCosBackupsAsync(stop)).Where(c => c.Cos == cos))
            {
                WriteObject(ItemObject.Create(now, node.Path));
            }
        }
    }
}
