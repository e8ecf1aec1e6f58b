using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring.Plans;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>An account restore operation: an account as a new one, or a deleted account as itself.</summary>
/// <param name="again">An earlier operation has put something of this account under this address.</param>
internal sealed class AccountRestoreRun(
    BackupLayout layout, IMailSource source, IRestoreTarget target, AccountRestoreRequest request, bool again, IOperationSink sink)
{
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        using var reader = OwnStore.Open(layout, sink);
        var id = reader.Items.Find(request.Account);
        var stat = reader.Registry.Stats[id];
        Check(stat);
        string address = request.As ?? reader.Registry.AddressOf(id);
        CheckTarget(reader, address);
        var state = StateOf(id, stat.Name);
        WarnOfLoss(reader, id, stat.Name);
        var directory = new AccountDirectory(source, sink);
        var plan = new AccountCopyPlan(
            reader,
            request,
            _now,
            token => request.As is null ? directory.BringBackAsync(state, stat.DirectoryId, token) : directory.CopyAsync(state, address, request.HideFromGal, token),
            request.As is null ? () => directory.ReviveAsync(layout, id, stat.Name) : null)
        {
            SourceAccount = id,
            Account = stat.Name,
            Target = address,
            CreateTarget = true,
            Record = request.As is null ? new RevivedItems(layout, source, id, sink) : null,
        };
        return await new RestoreRunner(new StoreSource(reader), target, sink).RunAsync([plan], stop).ConfigureAwait(false);
    }

    private void Check(AccountStat stat)
    {
        if (request.As is null && !stat.Deleted && request.Items.Count == 0)
        {
            throw new MailBackupException(
                ErrorIds.AccountNotDeleted,
                $"{stat.Name} is not deleted.",
                $"Name a new account for its copy with --as, or restore into it with 'mailbackup restore --account {stat.Name}'.",
                stat.Name);
        }

        if (request.As is { } other && string.Equals(other, stat.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                $"{other} is the account itself.",
                stat.Deleted ? "Leave --as out: a deleted account is restored as itself." : "Name another address with --as.",
                other);
        }

        if (request.As is { } address && (address.IndexOf('@', StringComparison.Ordinal) is < 1 and var _ || address.EndsWith('@')))
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{address}' is no address of an account.", "Give it as user@domain.", address);
        }

        if (request.DeletedAfter is not null && !request.IncludeDeleted)
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, "--deleted-after says which deleted items are included.", "Give --include-deleted with it.", request.DeletedAfter);
        }

        if (request.As is null && (request.HideFromGal || request.IncludeDeleted))
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid,
                "A deleted account that is restored as itself is as it was.",
                "Use --hide-from-gal and --include-deleted with --as; deleted items of a living account come back with 'mailbackup undelete'.",
                stat.Name);
        }
    }

    /// <summary>One typing error must not pour one person's mail into another's mailbox. An account that was made for this, without mail, is none.</summary>
    private void CheckTarget(BackupReader reader, string address)
    {
        if (request.As is not null && !again && request.Items.Count == 0 && reader.Registry.FindLiving(address) is { } living
            && reader.Items.List(new ItemQuery { Accounts = [address] }).FirstOrDefault(i => i.Type != ItemType.Folder) is not null)
        {
            throw new MailBackupException(
                ErrorIds.AccountExists,
                $"{address} is there already and has items of its own (account {living}); nothing was restored.",
                $"Name another address. To put the items into that mailbox, use 'mailbackup restore --account {request.Account} --to {address}'.",
                address);
        }
    }

    /// <summary>The account itself at the moment: its attributes, and that it was there at all.</summary>
    private Account StateOf(Guid id, string name)
    {
        var history = AccountListing.History(layout, id);
        return history.LastOrDefault(a => !a.Deleted && (request.At is null || a.Start <= request.At)) ?? throw new MailBackupException(
            ErrorIds.DateInvalid,
            history.Count == 0 ? $"The backup has no state of {name} itself." : $"{name} is known since {history[0].Created.ToLocalTime():yyyy-MM-dd HH:mm:ss} only.",
            "Give a later --at.",
            request.At);
    }

    /// <summary>Whoever restores the latest state of a mailbox that was emptied gets an empty one.</summary>
    private void WarnOfLoss(BackupReader reader, Guid id, string name)
    {
        if (request.At is null && AccountLoss.Find(reader.Catalog, id) is { } loss)
        {
            sink.Warning(
                $"{name} has {loss.Now} items in its latest state, but had {loss.Items} before a great loss. "
                + $"If you want those, restore it with --at {loss.Before.ToLocalTime():yyyy-MM-ddTHH:mm:ss.fffzzz}");
        }
    }
}
