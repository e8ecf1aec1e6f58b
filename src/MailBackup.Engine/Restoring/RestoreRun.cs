using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>A restore operation out of this node's own backup path: items of an account, all of it, or all accounts.</summary>
internal sealed class RestoreRun(BackupLayout layout, IMailSource source, IRestoreTarget target, RestoreRequest request, IOperationSink sink)
{
    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        if (request.Account is null && (request.Items.Count > 0 || request.To is not null))
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                "Item ids and a target account belong to one account.",
                "Name the account that they belong to with --account.");
        }

        using var reader = OwnStore.Open(layout, sink);
        var accounts = request.Account is { } one
            ? [one]
            : reader.Registry.Stats.Values.Where(s => !s.Deleted).Select(s => s.Name).Order(StringComparer.Ordinal).ToList();
        var plans = accounts.ConvertAll(name => Plan(reader, name));
        return await new RestoreRunner(new StoreSource(reader), target, sink).RunAsync(plans, stop).ConfigureAwait(false);
    }

    private AccountPlan Plan(BackupReader reader, string name)
    {
        var account = reader.Items.Find(name);
        string address = reader.Registry.Stats[account].Name;
        string to = request.To ?? reader.Registry.AddressOf(account);
        bool own = string.Equals(to, address, StringComparison.OrdinalIgnoreCase) && (reader.Registry.FindLiving(to) ?? account) == account;
        return new SelectionPlan(reader, request)
        {
            SourceAccount = account,
            Account = address,
            Target = to,
            CreateTarget = own,
            Record = own ? new RevivedItems(layout, source, account, sink) : null,
        };
    }
}
