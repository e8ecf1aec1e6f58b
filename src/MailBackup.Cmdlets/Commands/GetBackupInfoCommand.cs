using System.Management.Automation;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>Shows sizes, counts, dates and owner of a backup path.</summary>
[Cmdlet(VerbsCommon.Get, "BackupInfo")]
[OutputType(typeof(BackupInfo))]
public sealed class GetBackupInfoCommand : BackupCommand
{
    protected override void Process()
    {
        var info = OpenNodeForReading().GetInfo();
        var result = PSObject.AsPSObject(info);

        // How many bytes of the server one stored byte stands for: compression and deduplication together.
        double ratio = info.StoredBytes > 0 ? Math.Round((double)info.ContentBytes / info.StoredBytes, 2) : 0;
        result.Properties.Add(new PSNoteProperty("DedupRatio", ratio));
        result.Properties.Add(new PSNoteProperty(nameof(BackupPath), info.Path));
        WriteObject(result);
    }
}
