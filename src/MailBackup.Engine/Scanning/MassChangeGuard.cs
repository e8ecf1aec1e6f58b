using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>
/// Looks, when an account has been gone through, how much of what it had was deleted or rewritten by this scan. Ransomware, a disk that is not mounted and
/// a sync gone wrong look alike: most of an account changes at once. Then the account is put on hold, so that no purge takes what it had until an
/// administrator has looked, and the scan reports it as a trouble, so that somebody is told.
/// </summary>
internal sealed class MassChangeGuard(BackupLayout layout, ScanOptions options, IOperationSink sink)
{
    /// <summary>Fewer accounts than this may leave a directory at once, whatever their share.</summary>
    private const int FewAccounts = 3;

    /// <summary>
    /// Judges a directory that names so many of its accounts no more that it is not believed: half an export, a server that answers with no more than so many
    /// entries, and a filter gone wrong look like this, too. Null when there is no doubt, or no harm: an account that has a mailbox is not flagged deleted anyway.
    /// </summary>
    /// <param name="registry">As the last scan left it.</param>
    /// <param name="inTree">Accounts that have a mailbox.</param>
    public MailBackupException? Doubt(AccountRegistry registry, ProvisioningSnapshot directory, IReadOnlySet<string> inTree)
    {
        var entries = directory.Entries.Where(e => e.Kind == ProvisioningKind.Account).ToList();
        var names = entries.Select(e => e.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var ids = entries.Select(e => e.Id).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var known = registry.Stats.Values.Where(s => !s.Deleted && s.InDirectory).ToList();
        var dropped = known.Where(s => !names.Contains(s.Name) && !(s.DirectoryId is { } id && ids.Contains(id))).ToList();
        return options.MassChangePercent == 0 || options.AllowEmpty || dropped.Count(s => !inTree.Contains(s.Name)) < FewAccounts
            || dropped.Count * 100L <= (long)known.Count * options.MassChangePercent
            ? null
            : new MailBackupException(
                ErrorIds.SourceSuddenlyEmpty,
                FormattableString.Invariant($"The directory names {dropped.Count:N0} of its {known.Count:N0} accounts no more, among them {dropped[0].Name}."),
                "Look whether its export is whole; scan with --allow-empty if they really are gone. Nothing that it does not name was flagged deleted.");
    }

    /// <summary>Called before the changes are committed: a crash in between leaves a hold without its reason, never the reverse.</summary>
    public void Judge(ScanAccount account) => Judge(account.Id, account.Name, account.Change);

    public void Judge(Guid account, string name, MassChange change)
    {
        if (options.MassChangePercent == 0 || change.Total == 0 || change.Total < options.MassChangeMinimum
            || change.Total * 100 <= change.Known * options.MassChangePercent)
        {
            return;
        }

        string what = Describe(change);
        Tell(name, ErrorIds.MassChange, Hold(account, name, what)
            ? $"{what} The account is on hold: nothing of it is purged until 'mailbackup legal-hold unset' lifts that."
            : $"{what} The account was on hold already.");
    }

    internal static string Describe(MassChange change)
    {
        string[] parts =
        [
            .. change.Deleted > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{change.Deleted:N0} of {change.Known:N0} items deleted")] : Array.Empty<string>(),
            .. change.Rewritten > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{change.Rewritten:N0} of {change.Known:N0} items rewritten")] : Array.Empty<string>(),
        ];
        return string.Join(", ", parts) + " in one scan.";
    }

    /// <returns>True when the hold is new.</returns>
    private bool Hold(Guid account, string name, string what)
    {
        try
        {
            using var journal = LegalHoldJournal.Open(layout);
            bool placed = journal.Place(account, name, what.TrimEnd('.'), automatic: true);
            journal.Commit();
            return placed;
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.LegalHoldDamaged)
        {
            // Nothing can be purged as long as that is so.
            Tell(name, e.ErrorId, e.Message);
            return false;
        }
    }

    private void Tell(string account, string errorId, string text) => sink.Trouble(new ItemTrouble(errorId, account, null, null, text));
}
