using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// Compares the living items of the backup with the server, folder by folder. Tokens are not trusted: everything is listed. Contents are read and compared
/// only when that is asked for; without it, a changed date or size tells.
/// </summary>
internal sealed class SourceComparison(BackupLayout layout, Catalog catalog, IMailSource source, CheckFindings findings, SampleWindow? contents)
{
    public async Task CompareAsync(Guid id, AccountStat stat, CancellationToken token)
    {
        IReadOnlyList<SourceFolder> folders;
        try
        {
            folders = await source.ListFoldersAsync(stat.Name, token).ConfigureAwait(false);
        }
        catch (MailBackupException e)
        {
            findings.Trouble(new ItemTrouble(e.ErrorId, stat.Name, null, Convert.ToString(e.Target, null), e.Problem));
            return;
        }

        long account = catalog.Writer.GetAccount(id).Id;
        var known = new Dictionary<(string, FolderKind), FolderStat>();
        foreach (var folder in KnownItems.Folders(layout, catalog, id, account).OrderByDescending(f => f.Id))
        {
            if (!known.TryAdd((folder.Path, folder.Kind), folder))
            {
                Differs(stat.Name, folder.Id, folder.Path, $"The folder is twice in the backup: a repair has lost what became of this one. The next scan flags it deleted.");
            }
        }

        foreach (var folder in folders)
        {
            _ = known.Remove((folder.Path, folder.Kind), out var stored);
            if (stored is null)
            {
                Differs(stat.Name, null, folder.Path, "The folder is on the server and not in the backup.");
            }

            try
            {
                await CompareAsync(stat.Name, account, folder, stored, token).ConfigureAwait(false);
            }
            catch (MailBackupException e)
            {
                findings.Trouble(new ItemTrouble(e.ErrorId, stat.Name, null, folder.Path, e.Problem));
            }
        }

        foreach (var folder in known.Values)
        {
            Differs(stat.Name, folder.Id, folder.Path, $"The folder is in the backup with {folder.Items} items and not on the server.");
        }
    }

    private async Task CompareAsync(string account, long catalogId, SourceFolder folder, FolderStat? stored, CancellationToken token)
    {
        var items = new KnownByKey(source, folder.Kind, stored is null ? [] : KnownItems.OfFolder(catalog, catalogId, new ItemId(stored.Id)));
        await foreach (var (item, known) in items.MatchAsync(source.ListItemsAsync(account, folder, token)).ConfigureAwait(false))
        {
            findings.Count(1);
            if (known is null)
            {
                Differs(account, null, $"{folder.Path}/{item.Key}", "It is on the server and not in the backup.");
            }
            else
            {
                await CompareAsync(account, folder, known, item, token).ConfigureAwait(false);
            }
        }

        foreach (var gone in items.Rest)
        {
            Differs(account, gone.Id.Value, $"{folder.Path}/{gone.Key}", "It is in the backup and not on the server.");
        }
    }

    private async Task CompareAsync(string account, SourceFolder folder, KnownItem known, SourceItem item, CancellationToken token)
    {
        var differences = new List<string>(4);
        if (known.Flags != item.Flags)
        {
            differences.Add($"flags '{item.Flags.ToLetters()}', in the backup '{known.Flags.ToLetters()}'");
        }

        if ((known.Tags ?? "") != string.Join('\n', item.Tags))
        {
            differences.Add("other tags");
        }

        if (known.Date != item.Date)
        {
            differences.Add($"date {item.Date:u}, in the backup {known.Date:u}");
        }

        // The size that a server states of a mail need not be that of its content.
        if (folder.Kind != FolderKind.Mail && known.Size != item.Size)
        {
            differences.Add($"{item.Size} bytes, in the backup {known.Size}");
        }

        if (contents is not null && known.Digest is { } digest && contents.Has(digest) && await ReadAsync(account, folder, item, token).ConfigureAwait(false) is { } there
            && there != digest)
        {
            differences.Add("another content");
        }

        if (differences.Count > 0)
        {
            Differs(account, known.Id.Value, $"{folder.Path}/{item.Key}", $"On the server it has {string.Join(", ", differences)}.");
        }
    }

    /// <summary>Null when it has gone, or cannot be read (which is told).</summary>
    private async Task<Digest?> ReadAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        try
        {
            if (await source.OpenAsync(account, folder, item, token).ConfigureAwait(false) is not { } content)
            {
                return null;
            }

            await using (content.ConfigureAwait(false))
            {
                var digest = new Digest(await SHA256.HashDataAsync(content.Stream, token).ConfigureAwait(false));
                findings.Count(0, item.Size);
                return digest;
            }
        }
        catch (MailBackupException e)
        {
            findings.Trouble(new ItemTrouble(e.ErrorId, account, null, $"{folder.Path}/{item.Key}", e.Problem));
            return null;
        }
    }

    private void Differs(string account, long? item, string path, string reason) =>
        findings.Trouble(new ItemTrouble(ErrorIds.SourceDiffers, account, item, path, reason));
}
