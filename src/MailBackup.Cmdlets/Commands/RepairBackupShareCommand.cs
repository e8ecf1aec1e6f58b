using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Points shares that lead nowhere to what their targets are called on this server. With <c>-WhatIf</c> it lists what that would be.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "BackupShare", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupOperation))]
public sealed class RepairBackupShareCommand : OperationCommand
{
    private readonly GatheredAccounts _accounts = new();

    /// <summary>File with one pair a line, the old name and the new; or an <c>id_mapper.log</c>.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string IdMap { get; set; } = "";

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        _accounts.Add(path, Account.Length > 0, ExpandAccounts(OpenNode(path), Account, living: true));
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts.All)
        {
            var request = new ShareRepairRequest { IdMap = ResolvePath(IdMap), Accounts = accounts };
            if (Agreed(path, request))
            {
                Start(path, request, failureEnds: false);
            }
        }
    }

    /// <summary>Each change is shown with <c>-WhatIf</c>; the question is one.</summary>
    private bool Agreed(string path, ShareRepairRequest request)
    {
        string whose = request.Accounts.Count == 0 ? "every account" : string.Join(", ", request.Accounts);
        if (!IsWhatIf)
        {
            return ShouldProcess(whose, "Point shares that lead nowhere to the names of the map");
        }

        var troubles = new List<ItemTrouble>();
        var plan = RunEngine((_, stop) => OpenNode(path).PlanShareRepairAsync(request, troubles.Add, stop));
        foreach (var (share, to) in plan.Where(p => p.To is not null))
        {
            ShouldProcess($"{share.Account}, {share.Folder ?? "subscriptions"}", $"Point {share.Target} to {to}");
        }

        foreach (var (share, _) in plan.Where(p => p.To is null))
        {
            WriteWarning(string.Create(CultureInfo.InvariantCulture, $"{share.Account}, {share.Folder ?? "subscriptions"}: {share.Reason}, and the map does not say what {share.Target} is here."));
        }

        foreach (var trouble in troubles)
        {
            WriteWarning($"{trouble.Account}: {trouble.Reason}");
        }

        return false;
    }
}
