using System.Buffers;
using System.Globalization;
using MailBackup.Model;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Changes a Maildir tree while the mail server works in it, by what every Maildir program expects of another: messages are renamed and unlinked,
/// files are replaced by renaming.
/// </summary>
internal sealed class MaildirEditor(MailboxLayout layout) : IMailboxEditor
{
    // A message may be renamed again while it is looked for; a server that is faster than this is not one.
    private const int Attempts = 5;

    private readonly GivenNames _given = new();
    private readonly Dictionary<string, MailFolderWriter> _writers = new(StringComparer.Ordinal);

    public ValueTask<RestoredItem?> ChangeAsync(string account, SourceFolder folder, SourceItem item, ItemState wanted, CancellationToken token) =>
        RestoreErrors.GuardAsync<RestoredItem?>(async () =>
        {
            string directory = Directory(account, folder);
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                if (Find(directory, item, attempt) is not { } key)
                {
                    return null;
                }

                var (name, note) = await Writer(directory).ChooseNameAsync(key, wanted, token).ConfigureAwait(false);
                if ((name == key || TryMove(directory, key, name)) && SetDate(directory, name, wanted.Date) is { } date)
                {
                    return new RestoredItem(false, name, date, note);
                }
            }

            return null;
        });

    public ValueTask<RestoredItem?> ReplaceAsync(string account, SourceFolder folder, SourceItem item, RestoreItem with, CancellationToken token) =>
        RestoreErrors.GuardAsync<RestoredItem?>(async () =>
        {
            if (folder.Kind == FolderKind.Mail)
            {
                throw new ArgumentException("A message is never changed in place.", nameof(folder));
            }

            string directory = Directory(account, folder);
            if (!await ReplaceFileAsync(directory, item, "", with, token).ConfigureAwait(false))
            {
                return null;
            }

            FileStatus.TryGet(directory, item.Key, out var status, follow: false);
            return new RestoredItem(false, item.Key, status.ModifiedDate);
        });

    public ValueTask<bool?> RepairContentAsync(string account, SourceFolder folder, SourceItem item, RestoreItem content, CancellationToken token) =>
        RestoreErrors.GuardAsync<bool?>(async () =>
        {
            string directory = Directory(account, folder);
            return await ReplaceFileAsync(directory, item, folder.Kind == FolderKind.Mail ? MessageName.Temporary : "", content, token).ConfigureAwait(false)
                ? true : null;
        });

    public ValueTask<bool> RemoveAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return new(RestoreErrors.Guard(() =>
        {
            string directory = Directory(account, folder);
            if (folder.Kind != FolderKind.Mail)
            {
                return IsSame(directory, item, out _) && FileWrites.TryRemove(directory, item.Key);
            }

            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                if (Find(directory, item, attempt) is not { } key)
                {
                    return false;
                }

                if (FileWrites.TryRemove(directory, key))
                {
                    return true;
                }
            }

            return false;
        }));
    }

    /// <summary>Writes beside the file, then takes its place in one step. False when the file is not as it was listed; then nothing has changed.</summary>
    /// <param name="room">Where unfinished files belong, below the directory: <c>tmp/</c> of a Maildir.</param>
    private static async ValueTask<bool> ReplaceFileAsync(string directory, SourceItem item, string room, RestoreItem with, CancellationToken token)
    {
        if (!IsSame(directory, item, out var owner))
        {
            return false;
        }

        if (room.Length > 0 && FileStatus.TryGet(directory, out var parent))
        {
            // Some copies of a Maildir leave empty directories out.
            FileWrites.MakeDirectory(FileNames.Join(directory, room.TrimEnd('/')), parent);
        }

        string temporary = string.Create(CultureInfo.InvariantCulture, $"{room}{TemporaryFile.HiddenPrefix}{Environment.ProcessId}.{Guid.NewGuid():N}");
        bool placed = false;
        try
        {
            await WriteAsync(directory, temporary, owner, with, token).ConfigureAwait(false);
            FileWrites.Sync(directory, temporary);
            if (!IsSame(directory, item, out var old) || !Replacement.TryPlace(directory, temporary, item.Key, old))
            {
                return false;
            }

            placed = true;
            FileWrites.Sync(FileNames.Join(directory, Path.GetDirectoryName(item.Key) ?? ""));
            return true;
        }
        finally
        {
            if (!placed)
            {
                FileWrites.Remove(directory, temporary);
            }
        }
    }

    private string Directory(string account, SourceFolder folder) => layout.Find(account) is { } mailbox
        ? mailbox.FolderDirectory(folder)
        : throw new MailBackupException(ErrorIds.SourceAccountNotFound, $"{account} has no mailbox on the server.", "Check the address.", account);

    private MailFolderWriter Writer(string directory)
    {
        if (!_writers.TryGetValue(directory, out var writer))
        {
            FileStatus.TryGet(directory, out var owner);
            _writers.Add(directory, writer = new MailFolderWriter(directory, owner, _given));
        }

        return writer;
    }

    /// <summary>Where a message is now: under the name listed, else under what the server has renamed it to.</summary>
    private static string? Find(string directory, SourceItem item, int attempt)
    {
        if (attempt == 0 && FileStatus.TryGet(directory, item.Key, out var status, follow: false))
        {
            return status.IsRegular ? item.Key : null;
        }

        // A twin that is known by its full name cannot be told from the other once it is renamed.
        bool twin = MessageName.StablePart(item.Key.AsSpan(MessageName.Current.Length)).ToString() != item.StableKey;
        var names = twin ? [] : FolderIndex.Read(directory).Find(item.StableKey).ToList();
        return names.Count == 1 ? names[0] : null;
    }

    /// <summary>Files may be rewritten in place: only one that looks as it was listed is it still. A message's listed size is the one that its name states.</summary>
    private static bool IsSame(string directory, SourceItem item, out FileStatus status) =>
        FileStatus.TryGet(directory, item.Key, out status, follow: false) && status.IsRegular
        && status.ModifiedDate == item.Date && (status.Size == item.Size || item.Key.StartsWith(MessageName.Current, StringComparison.Ordinal)
            || item.Key.StartsWith(MessageName.New, StringComparison.Ordinal));

    private static bool TryMove(string directory, string from, string to)
    {
        try
        {
            return FileWrites.TryMove(directory, from, to) ? true : throw new MailBackupException(
                ErrorIds.ItemRestoreFailed, $"{directory}/{to} is taken by another message.", "Look at the folder; two files bear one name.", to);
        }
        catch (PosixException e) when (e.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    private static DateTimeOffset? SetDate(string directory, string name, DateTimeOffset date)
    {
        using var file = FileReadStream.TryOpen(directory, name);
        if (file is null)
        {
            return null;
        }

        string path = FileNames.Join(directory, name);
        if (date != default && FileStatus.Get(file, path).ModifiedDate != date)
        {
            File.SetLastWriteTimeUtc(file, date.UtcDateTime);
        }

        return FileStatus.Get(file, path).ModifiedDate;
    }

    private static async ValueTask WriteAsync(string directory, string name, FileStatus owner, RestoreItem item, CancellationToken token)
    {
        using var file = FileWrites.TryCreate(directory, name, owner) ?? throw new PosixException(Errno.EEXIST, FileNames.Join(directory, name));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            await using var content = await item.OpenContent(token).ConfigureAwait(false);
            int n;
            while ((n = await content.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
            {
                FileWrites.Write(file, buffer.AsSpan(0, n), FileNames.Join(directory, name));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        File.SetLastWriteTimeUtc(file, item.State.Date.UtcDateTime);
    }
}
