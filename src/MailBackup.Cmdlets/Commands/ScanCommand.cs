using System.Management.Automation;

namespace MailBackup.Cmdlets;

/// <summary>What both scans can be told.</summary>
public abstract class ScanCommand : OperationCommand
{
    /// <summary>Compare everything, whatever the change tokens say, and store missing or damaged content again.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Item errors after which the scan gives up; 0 never does. Default: what Get-BackupConfiguration shows.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ReadErrorThreshold { get; set; }

    /// <summary>Accept that an account or the whole server is empty where the backup has items.</summary>
    [Parameter]
    public SwitchParameter AllowEmpty { get; set; }

    private protected Operations.ScanRequest Request(IReadOnlyList<string> accounts) => new()
    {
        Accounts = accounts,
        Deep = Deep,
        ReadErrorThreshold = MyInvocation.BoundParameters.ContainsKey(nameof(ReadErrorThreshold)) ? ReadErrorThreshold : null,
        AllowEmpty = AllowEmpty,
    };
}
