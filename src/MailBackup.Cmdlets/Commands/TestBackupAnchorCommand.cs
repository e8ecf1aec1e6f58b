using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Maintenance.Anchoring;

namespace MailBackup.Cmdlets;

/// <summary>Verifies an anchor: one object a journal, and an error for each that was cut, altered, damaged or removed since.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BackupAnchor")]
[OutputType(typeof(AnchoredJournal))]
public sealed class TestBackupAnchorCommand : BackupCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    protected override void Process()
    {
        var node = OpenNode();
        var anchor = AnchorFile.Read(ResolvePath(Path));
        WriteVerbose($"Anchor of {anchor.Created.LocalDateTime:yyyy-MM-dd HH:mm:ss}, root {anchor.Root}.");
        foreach (var result in RunEngine((_, stop) => Task.Run(() => node.VerifyAnchor(anchor).ToList(), stop)))
        {
            var journal = new AnchoredJournal(result, node.Path);
            WriteObject(journal);
            if (!result.IsTrusted)
            {
                WriteError(ErrorTranslation.ToRecord(new MailBackupException(
                    ErrorIds.AnchorMismatch,
                    $"Journal {result.Journal}{(result.Account is null ? "" : $" ({result.Account})")} is {result.State.ToString().ToLowerInvariant()}: {result.Detail}",
                    "Run 'mailbackup check', and compare with another copy of the backup path.",
                    journal)));
            }
        }
    }
}
