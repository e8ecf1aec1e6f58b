using MailBackup.Operations;
using MailBackup.Sources;

namespace MailBackup.Restoring;

/// <summary>
/// Carries out plans, a few accounts at a time. Knows neither where the store lies nor why its items are wanted. An account that cannot be restored
/// at all costs that account; where it is the only one, its error is the error of the run.
/// </summary>
internal sealed class RestoreRunner(IRestoreSource source, IRestoreTarget target, IOperationSink sink, int accountsAtOnce = RestoreRunner.AtOnce)
{
    /// <summary>While one account waits for the disk, another is being written.</summary>
    public const int AtOnce = 2;

    public async Task<OperationReport> RunAsync(IReadOnlyList<AccountPlan> plans, CancellationToken stop)
    {
        var counts = new RestoreCounts(plans.Count);
        using var saving = new SemaphoreSlim(1, 1);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, accountsAtOnce), CancellationToken = stop };
        await Parallel.ForEachAsync(plans, parallel, async (plan, token) =>
        {
            try
            {
                if (source.DamageOf(plan.SourceAccount) is { } damage)
                {
                    sink.Trouble(new ItemTrouble(ErrorIds.JournalDamaged, plan.Account, null, null, damage));
                }

                await new AccountRestore(plan, source, target, sink, counts, saving).RunAsync(token).ConfigureAwait(false);
            }
            catch (MailBackupException e) when (plans.Count > 1 && e.InnerException is not Storage.Sqlite.SqliteFailure)
            {
                counts.AccountFailed(plan.Account);
                sink.Trouble(new ItemTrouble(e.ErrorId, plan.Account, null, null, e.Message));
            }
            finally
            {
                counts.AccountDone();
                sink.Report(counts.Report());
            }
        }).ConfigureAwait(false);
        return counts.Report();
    }
}
