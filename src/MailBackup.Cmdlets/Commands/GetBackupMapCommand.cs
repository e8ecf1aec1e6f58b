using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Storage;

namespace MailBackup.Cmdlets;

/// <summary>
/// Shows whose a backup path is, and whose backups were restored into it: any backup path or map file can be read, whoever owns it, and nothing is changed.
/// </summary>
[Cmdlet(VerbsCommon.Get, "BackupMap")]
[OutputType(typeof(MapEntry))]
public sealed class GetBackupMapCommand : BackupCommand
{
    /// <summary>A <c>map_…</c> file. Default: that of the backup path.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    protected override void Process()
    {
        if (Path is not null)
        {
            WriteObject(MapEntry.Read(ResolvePath(Path)));
            return;
        }

        string folder = ResolvedBackupPath;
        var layout = new BackupLayout(folder);
        var owner = Directory.Exists(folder) ? layout.FindOwner() : null;
        if (owner is null)
        {
            // The engine knows best what is wrong with it.
            OpenNode(folder);
            return;
        }

        WriteObject(MapEntry.Read(layout.Map(owner.Value)));
        foreach (var imported in layout.FindImported())
        {
            WriteObject(MapEntry.Read(layout.ImportedMap(imported)));
        }
    }
}
