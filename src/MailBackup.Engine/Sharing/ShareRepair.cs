using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Sharing;

/// <summary>
/// Points shares that lead nowhere to what their targets are called here. A share that is valid is never touched, and none is taken away without another in its
/// place.
/// </summary>
internal sealed class ShareRepair(BackupLayout layout, IMailSource source, ShareRepairRequest request, IOperationSink sink)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private long _checked, _repaired, _failed;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        await foreach (var (share, to) in PlanAsync(layout, source, request, Trouble, stop).ConfigureAwait(false))
        {
            _checked++;
            if (share.State == ShareState.Valid)
            {
                continue;
            }

            if (to is null)
            {
                Trouble(new ItemTrouble(ErrorIds.ShareBroken, share.Account, null, share.Folder ?? share.Target, $"{Describe(share)}: {share.Reason}, and the map does not say what it is here."));
                continue;
            }

            try
            {
                await RepairAsync(share, to, stop).ConfigureAwait(false);
                _repaired++;
            }
            catch (MailBackupException e)
            {
                Trouble(new ItemTrouble(e.ErrorId, share.Account, null, share.Folder ?? share.Target, e.Message));
            }

            sink.Report(Report());
        }

        return Report();
    }

    /// <summary>All shares, and what those that lead nowhere would be pointed to; null where the map does not say. Changes nothing.</summary>
    public static async IAsyncEnumerable<(ShareInfo Share, string? To)> PlanAsync(
        BackupLayout layout, IMailSource source, ShareRepairRequest request, Action<ItemTrouble> trouble,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        var map = IdentifierMap.Read(request.IdMap);
        var survey = await ShareSurvey.BeginAsync(source, trouble, token).ConfigureAwait(false);
        var names = new Lazy<AccountRegistry>(() => AccountRegistry.Load(layout));
        await foreach (var share in survey.FindAsync(request.Accounts, token).ConfigureAwait(false))
        {
            string? to = share.State == ShareState.Valid ? null
                : share.Kind == ShareKind.Grant ? NewGrantee(share.Target)
                : map.FindInPath(share.Target) is { } path && (await survey.Sharing.FindAsync(share.Account, [path], token).ConfigureAwait(false)).Contains(path) ? path : null;
            yield return (share, to);
        }

        string? NewGrantee(string identifier)
        {
            var old = Identifier.Parse(identifier);
            string? name = map.Find(old.Name) is { } found ? NameOf(found) : null;
            return name is not null && survey.Principals.Trouble(old.Before + name) is null ? old.Before + name : null;
        }

        // The map may name accounts by their ids.
        string NameOf(string found) => !Guid.TryParse(found, out var id) ? found
            : survey.Principals.AccountOf(found) ?? (names.Value.Stats.TryGetValue(id, out var stat) ? stat.Name : found);
    }

    private async Task RepairAsync(ShareInfo share, string to, CancellationToken stop)
    {
        if (share.Kind == ShareKind.Grant)
        {
            await source.Sharing!.GrantAsync(share.Account, share.Folder!, new FolderShare(to, share.Rights!), share.Target, stop).ConfigureAwait(false);
        }
        else
        {
            await source.Sharing!.MoveMountpointAsync(share.Account, share.Target, to, stop).ConfigureAwait(false);
        }
    }

    private static string Describe(ShareInfo share) =>
        share.Kind == ShareKind.Grant ? $"{share.Folder} is shared with {share.Target} ({share.Rights})" : $"subscribed to {share.Target}";

    private void Trouble(ItemTrouble trouble)
    {
        _failed++;
        sink.Trouble(trouble);
    }

    private OperationReport Report() => new() { Checked = _checked, Repaired = _repaired, Errors = _failed, Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3) };
}
