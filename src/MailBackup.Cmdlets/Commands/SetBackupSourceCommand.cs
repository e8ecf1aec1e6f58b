using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Sources;

namespace MailBackup.Cmdlets;

/// <summary>Says which mail server a backup path is of. Takes effect at once, with the next scan.</summary>
[Cmdlet(VerbsCommon.Set, "BackupSource", SupportsShouldProcess = true)]
[OutputType(typeof(SourceConfiguration))]
public sealed class SetBackupSourceCommand : SourceCommand
{
    /// <summary>Set it although it cannot be opened now.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var source = Merge(node.RefreshConfiguration().Source);
        if (!Force)
        {
            Open(source);
        }

        if (!ShouldProcess(node.Path, $"Set the source to {Describe(source)}"))
        {
            return;
        }

        var saved = node.UpdateConfiguration(c => c with { Source = Merge(c.Source) });
        if (PassThru)
        {
            WriteObject(ItemObject.Create(saved.Source, node.Path));
        }
    }

    /// <summary>Throws <c>SourceNotFound</c> rather than let the next scan find out at night.</summary>
    private void Open(SourceConfiguration source) => RunEngine<bool>(async (_, _) =>
    {
        await MailSourceFactory.Open(source).DisposeAsync().ConfigureAwait(false);
        return true;
    });

    private static string Describe(SourceConfiguration source) =>
        string.Join(", ", new[] { source.Maildir, source.Imap, source.ImapUser, source.Pattern, source.DefaultDomain, source.Ldif }.Where(s => s is not null));
}
