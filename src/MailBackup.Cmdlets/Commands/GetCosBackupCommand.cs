using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Lists the classes of service of the directory and says which are backed up.</summary>
[Cmdlet(VerbsCommon.Get, "CosBackup")]
[OutputType(typeof(CosBackup))]
public sealed class GetCosBackupCommand : BackupCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(CosCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Cos { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var all = RunEngine((_, stop) => node.GetCosBackupsAsync(stop));
        foreach (string name in Cos?.Where(c => !WildcardPattern.ContainsWildcardCharacters(c)) ?? [])
        {
            if (!all.Any(c => c.Cos.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                WriteFailure(new MailBackupException(
                    ErrorIds.CosNotFound, $"The directory has no COS {name}.", "Get-CosBackup without a name lists all.", name));
            }
        }

        foreach (var cos in all.Where(c => Cos is null || Cos.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(c.Cos))))
        {
            WriteObject(ItemObject.Create(cos, node.Path));
        }
    }
}
