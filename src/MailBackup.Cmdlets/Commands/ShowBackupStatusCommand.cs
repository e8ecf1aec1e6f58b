using System.Management.Automation;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>Shows service, realtime, queue, schedule and health in one view, live until Ctrl+C.</summary>
[Cmdlet(VerbsCommon.Show, "BackupStatus")]
[OutputType(typeof(string))]
public sealed class ShowBackupStatusCommand : BackupCommand
{
    private const string Console = "ConsoleHost";

    /// <summary>Give it once, as lines of text. So it is done, too, where the output does not go to a terminal.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    /// <summary>Stay until this is so.</summary>
    [Parameter]
    public StatusGoal? Until { get; set; }

    /// <summary>Seconds from picture to picture.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int Interval { get; set; } = 1;

    protected override void Process()
    {
        var node = OpenNode();
        var reader = new StatusReader(node, TimeProvider.System, CmdletWords.Translate);
        var every = TimeSpan.FromSeconds(Interval);
        bool colors = Host.UI.SupportsVirtualTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        if (!Once && IsLive)
        {
            RunEngine(async (_, stop) =>
            {
                await new StatusScreen(System.Console.Out.Write, () => (System.Console.WindowWidth, System.Console.WindowHeight), colors)
                    .RunAsync(reader, Until, every, stop).ConfigureAwait(false);
                return true;
            });
            return;
        }

        var status = RunEngine((_, stop) => StatusScreen.WaitAsync(reader, Until, every, stop));
        foreach (string line in StatusScreen.Lines(status, Width(), colors))
        {
            WriteObject(line);
        }
    }

    /// <summary>A terminal, and nobody behind in the pipeline.</summary>
    private bool IsLive => Host.Name == Console && Host.UI.SupportsVirtualTerminal && !System.Console.IsOutputRedirected
        && MyInvocation.PipelinePosition == MyInvocation.PipelineLength;

    private int Width()
    {
        try
        {
            return Host.UI.RawUI.BufferSize.Width is > 20 and var width ? width : StatusView.DefaultWidth;
        }
        catch (Exception e) when (e is NotImplementedException or System.Management.Automation.Host.HostException or IOException)
        {
            return StatusView.DefaultWidth;
        }
    }
}
