using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cmdlets;

/// <summary>Writes the heads of all journals to one small file, to be kept elsewhere and verified with <c>Test-BackupAnchor</c>.</summary>
[Cmdlet(VerbsData.Export, "BackupAnchor", SupportsShouldProcess = true)]
[OutputType(typeof(AnchorInfo))]
public sealed class ExportBackupAnchorCommand : BackupCommand
{
    /// <summary>The file to write; never over another one.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    protected override void Process()
    {
        var node = OpenNode();
        string path = ResolvePath(Destination);
        if (!ShouldProcess(path, $"Write the anchor of {node.Path}"))
        {
            return;
        }

        if (File.Exists(path))
        {
            throw new MailBackupException(CmdletErrorIds.OutputFileExists, $"{path} exists already.", "Name a file that does not exist; anchors are kept, not replaced.", path);
        }

        var anchor = RunEngine((_, stop) => Task.Run(() => node.CreateAnchor(stop), stop));
        AnchorFile.Save(path, AnchorFile.Write(anchor));
        WriteObject(new AnchorInfo(path, anchor, node.Path));
    }
}
