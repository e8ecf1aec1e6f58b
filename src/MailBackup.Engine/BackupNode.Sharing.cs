using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sharing;

namespace MailBackup;

/// <summary>Shares of the live server.</summary>
public sealed partial class BackupNode
{
    /// <summary>
    /// The shares of the live server, valid or not. Changes nothing. Errors: <c>SharesUnsupported</c>, <c>SourceNotSet</c>, those of the source. An account that
    /// cannot be looked at is told to <paramref name="trouble"/>.
    /// </summary>
    /// <param name="accounts">Addresses; empty for every account of the source.</param>
    public Task<IReadOnlyList<ShareInfo>> GetSharesAsync(IReadOnlyList<string> accounts, Action<ItemTrouble> trouble, CancellationToken token) =>
        WithSourceAsync<IReadOnlyList<ShareInfo>>(async source =>
        {
            var survey = await ShareSurvey.BeginAsync(source, trouble, token).ConfigureAwait(false);
            var shares = new List<ShareInfo>();
            await foreach (var share in survey.FindAsync(accounts, token).ConfigureAwait(false))
            {
                shares.Add(share);
            }

            return shares;
        });

    /// <summary>
    /// What a repair would point shares to that lead nowhere; <c>To</c> is null where the map does not say. Changes nothing. Errors: as
    /// <see cref="GetSharesAsync"/>, and <c>IdMapInvalid</c>.
    /// </summary>
    public Task<IReadOnlyList<(ShareInfo Share, string? To)>> PlanShareRepairAsync(ShareRepairRequest request, Action<ItemTrouble> trouble, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WithSourceAsync<IReadOnlyList<(ShareInfo, string?)>>(async source =>
        {
            var plan = new List<(ShareInfo, string?)>();
            await foreach (var one in ShareRepair.PlanAsync(_layout, source, request, trouble, token).ConfigureAwait(false))
            {
                if (one.Share.State != ShareState.Valid)
                {
                    plan.Add(one);
                }
            }

            return plan;
        });
    }
}
