using System.Management.Automation;
using MailBackup.Cmdlets.Output;
using MailBackup.Health;

namespace MailBackup.Cmdlets;

/// <summary>Tells whether a backup path does what it is there for.</summary>
[Cmdlet(VerbsCommon.Get, "BackupHealth", DefaultParameterSetName = ReportSet)]
[OutputType(typeof(HealthReport), typeof(string))]
public sealed class GetBackupHealthCommand : BackupCommand
{
    private const string ReportSet = "Report";
    private const string HtmlSet = "Html";
    private const string PrometheusSet = "Prometheus";

    /// <summary>Give one self-contained page with charts.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HtmlSet)]
    public SwitchParameter AsHtml { get; set; }

    /// <summary>Give the text format of Prometheus.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PrometheusSet)]
    public SwitchParameter AsPrometheus { get; set; }

    protected override void Process()
    {
        var node = OpenNode();
        var report = RunEngine((_, stop) => node.GetHealthAsync(stop));
        WriteObject(ParameterSetName switch
        {
            HtmlSet => HealthPage.Write(report, node.GetHealthHistory(), node.Operations.History(1_000)),
            PrometheusSet => PrometheusText.Write(report),
            _ => ItemObject.Create(report, node.Path),
        });
    }
}
