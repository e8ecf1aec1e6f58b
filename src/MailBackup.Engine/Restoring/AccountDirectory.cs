using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring;

/// <summary>The directory's part of an account restore.</summary>
internal sealed class AccountDirectory(IMailSource source, IOperationSink sink)
{
    private const string NoEntry = "Its mail is restored; make the account itself (name, password, preferences, signatures) in the directory by hand.";

    /// <summary>A new entry that is the copy of another.</summary>
    public async Task CopyAsync(Account account, string address, bool hideFromGal, CancellationToken token)
    {
        if (Target(account) is { } target)
        {
            await AddAsync(target, AccountEntryCopy.Make(Entry(account), address, hideFromGal), token).ConfigureAwait(false);
        }
    }

    /// <summary>The entry as it was, with its own directory id. An address that another account has now is <c>AccountExists</c>.</summary>
    public async Task BringBackAsync(Account account, string? directoryId, CancellationToken token)
    {
        if (Target(account) is not { } target)
        {
            return;
        }

        if (await target.FindAsync(ProvisioningKind.Account, account.Name, token).ConfigureAwait(false) is { } there
            && there.Id is { } other && directoryId is not null && !string.Equals(other, directoryId, StringComparison.OrdinalIgnoreCase))
        {
            throw new MailBackupException(
                ErrorIds.AccountExists,
                $"The address {account.Name} belongs to another account now ({other}; the deleted one was {directoryId}).",
                "Restore it under another address with --as.",
                account.Name);
        }

        await AddAsync(target, Entry(account), token).ConfigureAwait(false);
    }

    /// <summary>Notes in the backup that the account lives, with its entry as the next scan will read it.</summary>
    public async Task ReviveAsync(BackupLayout layout, Guid id, string name)
    {
        var entry = source.ProvisioningTarget is { } target
            ? await target.FindAsync(ProvisioningKind.Account, name, CancellationToken.None).ConfigureAwait(false)
            : null;
        using (var scan = new ProvisioningScan(layout, AccountRegistry.Load(layout), new ScanCounts(), CosExclusion.None, allowEmpty: false))
        {
            scan.Save(name, entry);
        }

        // The mailbox was made anew: nothing that was seen of the old one may count as seen.
        if (AccountStat.Read(layout, id) is { } stat)
        {
            (stat with { Folders = [.. stat.Folders.Select(f => f with { Token = null })] }).Write(layout, id);
        }
    }

    private IProvisioningTarget? Target(Account account)
    {
        if (account.Attributes.First("dn") is null)
        {
            sink.Warning($"{account.Name} had no entry in a directory. {NoEntry}");
            return null;
        }

        if (source.ProvisioningTarget is null)
        {
            sink.Warning($"No directory is configured, so the {account.Attributes.Count} attributes of {account.Name} are not restored. {NoEntry}");
        }

        return source.ProvisioningTarget;
    }

    private async Task AddAsync(IProvisioningTarget target, ProvisioningEntry entry, CancellationToken token)
    {
        var results = await target.AddAsync([entry], token).ConfigureAwait(false);
        if (results[0].Note is { } note)
        {
            sink.Warning(note);
        }
    }

    private static ProvisioningEntry Entry(Account account) => new(
        ProvisioningKind.Account, account.Attributes.First("zimbraId") ?? account.Attributes.First("entryUUID"), account.Name, account.Attributes);
}
