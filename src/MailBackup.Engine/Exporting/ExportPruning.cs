using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Exporting;

/// <summary>
/// Takes away what an earlier export into the same folder left and the backup, or the choice of accounts, has no longer: a restore would bring it back.
/// What is broken in the backup stays: the earlier export may have it whole. Only to be run when every journal could be read to its end: else it is not
/// known what the backup has.
/// </summary>
internal sealed class ExportPruning(BackupReader reader, TransparentLayout export, WantedBlobs wanted)
{
    public void Run(IReadOnlyList<Account> chosen, CancellationToken stop)
    {
        var kept = chosen.Select(a => a.Id).ToHashSet();
        foreach (var account in export.ListAccounts())
        {
            stop.ThrowIfCancellationRequested();
            if (kept.Contains(account))
            {
                PruneItems(account);
            }
            else
            {
                Directory.Delete(export.Account(account), recursive: true);
            }
        }

        foreach (string file in Directory.Exists(export.Items) ? Directory.EnumerateFiles(export.Items, "*", SearchOption.AllDirectories) : [])
        {
            stop.ThrowIfCancellationRequested();
            if (Digest.TryParse(Path.GetFileName(file), out var digest) && !wanted.Contains(digest))
            {
                File.Delete(file);
            }
        }
    }

    private void PruneItems(Guid account)
    {
        var items = new HashSet<long>();
        using (var db = reader.Catalog.Connect())
        using (var select = db.Prepare("SELECT DISTINCT item FROM state WHERE account = (SELECT id FROM account WHERE uuid = ?)"))
        {
            select.Bind(0, account.ToString("D"));
            while (select.Step())
            {
                items.Add(select.Int64(0));
            }
        }

        foreach (long item in export.ListItems(account).Where(i => !items.Contains(i)))
        {
            File.Delete(export.ItemFile(account, new ItemId(item)));
        }
    }
}
