using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>An undelete operation.</summary>
internal sealed class UndeleteRun(BackupLayout layout, IMailSource source, IRestoreTarget target, UndeleteRequest request, IOperationSink sink)
{
    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var now = DateTimeOffset.Now;
        var before = request.Before ?? now;
        Check(before);
        using var reader = OwnStore.Open(layout, sink);
        var plans = request.Accounts.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => (AccountPlan)Plan(reader, name, before, now)).ToList();
        return await new RestoreRunner(new StoreSource(reader), target, sink).RunAsync(plans, stop).ConfigureAwait(false);
    }

    private UndeletePlan Plan(BackupReader reader, string name, DateTimeOffset before, DateTimeOffset now)
    {
        var account = reader.Items.Find(name);
        string address = reader.Registry.AddressOf(account);
        return new UndeletePlan(reader, request, before, now)
        {
            SourceAccount = account,
            Account = address,
            Target = address,
            Record = new RevivedItems(layout, source, account, sink),
        };
    }

    private void Check(DateTimeOffset before)
    {
        if (request.Accounts.Count == 0)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "No account is named.", "Name the accounts whose items were deleted with --account.");
        }

        if (request.Items.Count > 0 && request.Accounts.Count > 1)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "Item ids belong to one account.", "Name the account that they belong to with --account.");
        }

        if (before <= request.After)
        {
            throw new MailBackupException(
                ErrorIds.DateInvalid, $"The time ends ({before:yyyy-MM-dd HH:mm:ss}) before it begins ({request.After:yyyy-MM-dd HH:mm:ss}).",
                "Give an --after that is earlier than --before.", request.After);
        }
    }
}
