using System.Globalization;
using System.Management.Automation;
using MailBackup.Cmdlets.Completion;
using MailBackup.Cmdlets.Output;
using MailBackup.Cmdlets.Running;
using MailBackup.Model;
using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Puts back content that the mail server has lost of living items, and nothing else. With <c>-WhatIf</c> it lists what that would be.</summary>
[Cmdlet(VerbsData.Restore, "BackupBlob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupOperation), typeof(LostContent))]
public sealed class RestoreBackupBlobCommand : OperationCommand
{
    private readonly GatheredAccounts _accounts = new();

    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AccountCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Account { get; set; } = [];

    /// <summary>The content is right as it was at this moment. Default: what the last scan saw.</summary>
    [Parameter]
    public DateTimeOffset? At { get; set; }

    /// <summary>Look for these losses only.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ContentLoss[] Loss { get; set; } = [ContentLoss.Missing, ContentLoss.Empty, ContentLoss.Damaged];

    /// <summary>Read and compare every content on the server; else its length tells.</summary>
    [Parameter]
    public SwitchParameter ReadData { get; set; }

    protected override void Process()
    {
        string path = ResolvedBackupPath;
        _accounts.Add(path, Account.Length > 0, ExpandAccounts(OpenNode(path), Account, living: true));
    }

    protected override void End()
    {
        foreach (var (path, accounts) in _accounts.All)
        {
            StopToken.ThrowIfCancellationRequested();

            var request = new BlobRestoreRequest { Accounts = accounts, At = At, Losses = Loss, ReadData = ReadData };
            string whose = accounts.Count == 0 ? "every account" : accounts.Count <= 3 ? string.Join(", ", accounts) : $"{accounts.Count.ToString(CultureInfo.InvariantCulture)} accounts";
            if (IsWhatIf)
            {
                List(path, request, whose);
            }
            else if (ShouldProcess(whose, "Put back content that the mail server has lost"))
            {
                Start(path, request, failureEnds: false);
            }
        }
    }

    private void List(string path, BlobRestoreRequest request, string whose)
    {
        long count = RunEngine(async (bridge, stop) =>
        {
            long lost = 0;
            var all = OpenNode(path).FindLostContentAsync(
                request, trouble => bridge.Post(c => c.WriteWarning($"{trouble.Account}, {trouble.Path}: {trouble.Reason}")), stop);
            await foreach (var content in all.ConfigureAwait(false))
            {
                lost++;
                bridge.Post(c => c.WriteObject(ItemObject.Create(content, path)));
            }

            return lost;
        });
        ShouldProcess(whose, string.Create(CultureInfo.InvariantCulture, $"Put back the content of {count:N0} items"));
    }
}
