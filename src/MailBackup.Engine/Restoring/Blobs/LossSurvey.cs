using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Blobs;

/// <summary>
/// Looks for living items of an account whose content the server has lost. Nothing is said to be missing that another folder has, or when not every
/// folder could be listed. Contacts, appointments and documents are edited in place: of them only a missing or an empty file is a loss.
/// </summary>
internal sealed class LossSurvey(BackupReader reader, IMailSource source, BlobRestoreRequest request, Action<ItemTrouble> trouble)
{
    private readonly HashSet<long> _only = [.. request.Items];

    /// <summary>Items looked at.</summary>
    public long Checked { get; private set; }

    /// <summary>
    /// Errors: those of listing the account's folders; <c>SourceAccountNotFound</c> when it has none; <c>AccountExists</c> when the mailbox under its address is
    /// another account's now, which has lost nothing of this one.
    /// </summary>
    public async IAsyncEnumerable<Loss> FindAsync(Guid id, [EnumeratorCancellation] CancellationToken token)
    {
        string account = reader.Registry.AddressOf(id);
        var folders = await source.ListFoldersAsync(account, token).ConfigureAwait(false);
        if (folders.Count == 0)
        {
            throw new MailBackupException(
                ErrorIds.SourceAccountNotFound, $"{account} has no mailbox on the server.", "Restore the account, not its contents only.", account);
        }

        long number = KnownItems.AccountNumber(reader.Catalog, id);
        using var right = new RightContent(reader.Catalog, number, request.At);
        var stored = KnownItems.Folders(reader.Layout, reader.Catalog, id, number)
            .GroupBy(f => (f.Path, f.Kind)).ToDictionary(g => g.Key, g => g.MaxBy(f => f.Id)!);
        var missing = new List<(FolderStat Folder, KnownItem Item)>();
        bool whole = true;
        foreach (var folder in folders)
        {
            var stat = stored.GetValueOrDefault((folder.Path, folder.Kind));
            var known = Known(number, folder.Kind, stat);
            var found = new List<Loss>();
            whole &= await TryAsync(account, folder, async () =>
            {
                await foreach (var (item, here) in known.MatchAsync(source.ListItemsAsync(account, folder, token)).ConfigureAwait(false))
                {
                    if (here is not null && IsWanted(here) && await LookAsync(id, account, folder, stat!, item, here, right, token).ConfigureAwait(false) is { } loss)
                    {
                        found.Add(loss);
                    }
                }

                missing.AddRange(known.Rest.Where(IsWanted).Select(k => (stat!, k)));
            }).ConfigureAwait(false);
            foreach (var loss in found)
            {
                yield return loss;
            }
        }

        foreach (var gone in stored.Values.ExceptBy(folders.Select(f => (f.Path, f.Kind)), f => (f.Path, f.Kind)))
        {
            missing.AddRange(Known(number, gone.Kind, gone).Rest.Where(IsWanted).Select(k => (gone, k)));
        }

        if (request.Losses.Contains(ContentLoss.Missing) && missing.Count > 0)
        {
            foreach (var loss in await MissingAsync(id, account, folders, missing, whole, f => Known(number, f.Kind, stored.GetValueOrDefault((f.Path, f.Kind))), right, token)
                .ConfigureAwait(false))
            {
                yield return loss;
            }
        }
    }

    /// <summary>All items of a folder, also those that nobody asks for: what is listed must not be taken for another.</summary>
    private KnownByKey Known(long account, FolderKind kind, FolderStat? folder) =>
        new(source, kind, folder is null ? [] : KnownItems.OfFolder(reader.Catalog, account, new ItemId(folder.Id)));

    private bool IsWanted(KnownItem item) => _only.Count == 0 || _only.Contains(item.Id.Value);

    /// <summary>The loss of an item that is there; null when it has its content, or went away meanwhile.</summary>
    private async Task<Loss?> LookAsync(
        Guid id, string account, SourceFolder folder, FolderStat stat, SourceItem item, KnownItem known, RightContent right, CancellationToken token)
    {
        Checked++;
        if (right.Of(known) is not var (digest, size, place))
        {
            return null;
        }

        try
        {
            if (await source.OpenAsync(account, folder, item, token).ConfigureAwait(false) is not { } content)
            {
                return null;
            }

            await using (content.ConfigureAwait(false))
            {
                ContentLoss? loss = content.Length == 0 ? ContentLoss.Empty
                    : folder.Kind != FolderKind.Mail ? null
                    : (content.Length is { } length && length != size) || (request.ReadData && await DigestAsync(content, token).ConfigureAwait(false) != digest) ? ContentLoss.Damaged
                    : null;
                return loss is { } lost && request.Losses.Contains(lost)
                    ? Lost(id, account, stat, known, lost, digest, size, place, (folder, content.Item)) : null;
            }
        }
        catch (ItemReadException e) when (e.IsBroken && folder.Kind == FolderKind.Mail && request.Losses.Contains(ContentLoss.Damaged))
        {
            return Lost(id, account, stat, known, ContentLoss.Damaged, digest, size, place, (folder, item));
        }
        catch (ItemReadException e)
        {
            trouble(new ItemTrouble(e.ErrorId, account, known.Id.Value, $"{folder.Path}/{item.Key}", e.Problem));
            return null;
        }
    }

    private static async Task<Digest> DigestAsync(SourceContent content, CancellationToken token) =>
        new(await SHA256.HashDataAsync(content.Stream, token).ConfigureAwait(false));

    /// <summary>What is in another folder by now, where nobody knows it, was moved.</summary>
    private async Task<List<Loss>> MissingAsync(
        Guid id, string account, IReadOnlyList<SourceFolder> folders, List<(FolderStat Folder, KnownItem Item)> missing, bool whole,
        Func<SourceFolder, KnownByKey> known, RightContent right, CancellationToken token)
    {
        var gone = missing.Select(m => m.Item.Id).ToHashSet();
        var wanted = missing.Select(m => (m.Folder.Kind, Key: source.StableKeyOf(m.Folder.Kind, m.Item.Key))).ToHashSet();
        foreach (var folder in whole ? folders : [])
        {
            whole &= await TryAsync(account, folder, async () =>
            {
                await foreach (var (item, here) in known(folder).MatchAsync(source.ListItemsAsync(account, folder, token)).ConfigureAwait(false))
                {
                    if (here is null || gone.Contains(here.Id))
                    {
                        wanted.Remove((folder.Kind, item.StableKey));
                    }
                }
            }).ConfigureAwait(false);
        }

        // Each folder that could not be listed has been told; what lies in it is not known, so nothing can be called missing.
        return !whole ? [] :
        [
            .. from m in missing
               where wanted.Contains((m.Folder.Kind, source.StableKeyOf(m.Folder.Kind, m.Item.Key)))
               let content = right.Of(m.Item)
               where content is not null
               select Lost(id, account, m.Folder, m.Item, ContentLoss.Missing, content.Value.Digest, content.Value.Size, content.Value.Place, null),
        ];
    }

    private async Task<bool> TryAsync(string account, SourceFolder folder, Func<Task> look)
    {
        try
        {
            await look().ConfigureAwait(false);
            return true;
        }
        catch (MailBackupException e) when (e is not ItemReadException)
        {
            trouble(new ItemTrouble(e.ErrorId, account, null, folder.Path, e.Problem));
            return false;
        }
    }

    private Loss Lost(
        Guid id, string account, FolderStat folder, KnownItem item, ContentLoss loss, Digest digest, long size, JournalPlace place, (SourceFolder Folder, SourceItem Item)? there)
    {
        if (loss == ContentLoss.Missing)
        {
            Checked++;
        }

        var state = JournalLookup.ReadTransaction(reader.Layout, id, place).State;
        return new Loss(
            new LostContent(account, item.Id, item.Type, folder.Path, there?.Item.Key ?? item.Key, loss, state?.Subject ?? "", size, digest),
            place, new RestoreFolder(folder.Path, folder.Kind, folder.Key, folder.Attributes), there);
    }
}
