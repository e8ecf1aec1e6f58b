using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Puts items into one folder, one at a time: looks whether the same content is there, finds a free name, writes beside and lets
/// <see cref="PendingFiles"/> give the name.
/// </summary>
internal abstract class FolderWriter(string directory, FolderKind kind, FileStatus owner) : IDisposable
{
    private const int BufferSize = 128 * 1024;

    private static int s_counter;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Exception? _failure;

    public string Directory => directory;

    public int PendingCount => Pending.Count;

    /// <summary>How many are using it right now; guarded by the one who hands it out.</summary>
    public int Uses { get; set; }

    /// <summary>The file system that the folder is on.</summary>
    public ulong Device => owner.Device;

    protected FileStatus Owner => owner;

    protected PendingFiles Pending { get; } = new(directory);

    /// <summary>Where files are written before they get their names; ends with what is needed before a unique name.</summary>
    protected abstract string TemporaryPrefix { get; }

    public async ValueTask<RestoredItem> RestoreAsync(RestoreItem item, CancellationToken token)
    {
        await _gate.WaitAsync(token).ConfigureAwait(false);
        try
        {
            var (wanted, note) = await ChooseNameAsync(item, token).ConfigureAwait(false);
            string name = wanted;
            string? digest = null;
            bool looked = false;
            for (int attempt = 0; ; attempt++)
            {
                if (Pending.Contains(Group(name)))
                {
                    SyncAndPublish();
                }

                bool taken = false, gone = false;
                foreach (string other in Occupants(name))
                {
                    var (exists, same, status) = await CompareAsync(other, item, token).ConfigureAwait(false);
                    if (same)
                    {
                        return new RestoredItem(AlreadyThere: true, other, status.ModifiedDate);
                    }

                    taken |= exists;
                    gone |= !exists;
                }

                if (gone && !looked && LookAgain())
                {
                    // The server has renamed it, or it is gone: under another name it may be the very item.
                    looked = true;
                    attempt--;
                    continue;
                }

                if (!taken)
                {
                    break;
                }

                digest ??= await HexDigestAsync(item, token).ConfigureAwait(false);
                name = Variant(wanted, item.State, digest, attempt);
            }

            var date = await WriteAsync(name, item, token).ConfigureAwait(false);
            if (Pending.IsFull)
            {
                SyncAndPublish();
            }

            return new RestoredItem(AlreadyThere: false, name, date, note);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void SyncContents() => Locked(() => Guard(Pending.SyncContents));

    public void MarkSynced() => Locked(Pending.MarkSynced);

    public void Publish() => Locked(() => Guard(PublishNow));

    /// <summary>What is pending was not brought to the disk. Linux tells of that once: the next sync would pass, and give a name to what is not there.</summary>
    public void Fail(Exception reason) => Locked(() => Discard(reason));

    /// <summary>Why files were lost that had been taken for restored, since the last time this was asked; null: none was.</summary>
    public Exception? TakeFailure()
    {
        Exception? failure = null;
        Locked(() => (failure, _failure) = (_failure, null));
        return failure;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Directories whose entries a restore changes.</summary>
    public abstract IEnumerable<string> ChangedDirectories();

    /// <summary>The name that the item should have, relative to the folder, and what of its state does not fit into it.</summary>
    protected abstract ValueTask<(string Name, string? Note)> ChooseNameAsync(RestoreItem item, CancellationToken token);

    /// <summary>Names that an item of this name collides with; files there may have gone since.</summary>
    protected abstract IEnumerable<string> Occupants(string name);

    /// <summary>Forgets what names there were. False when nothing was remembered.</summary>
    protected virtual bool LookAgain() => false;

    /// <summary>What names have in common that collide.</summary>
    protected abstract string Group(string name);

    /// <summary>Another name, always the same for the same content, different for each attempt.</summary>
    protected abstract string Variant(string name, ItemState state, string hexDigest, int attempt);

    protected virtual void OnAdded(string name)
    {
    }

    /// <param name="asPlanned">False when a file has got another name than it was added with.</param>
    protected virtual void OnPublished(bool asPlanned)
    {
    }

    protected static async ValueTask<string> HexDigestAsync(RestoreItem item, CancellationToken token)
    {
        if (item.State.Digest is { } digest)
        {
            return Convert.ToHexStringLower(digest.ToArray());
        }

        await using var content = await item.OpenContent(token).ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, token).ConfigureAwait(false));
    }

    protected static int VariantLength(int attempt) => attempt switch
    {
        0 => 8,
        1 => 16,
        2 => 64,
        _ => throw new MailBackupException(
            ErrorIds.ItemRestoreFailed, "Every name for the item is taken by something else.", "Restore it into another folder."),
    };

    private void Locked(Action action)
    {
        _gate.Wait();
        try
        {
            action();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void SyncAndPublish()
    {
        Guard(() =>
        {
            Pending.SyncContents();
            PublishNow();
        });
        if (_failure is { } failure)
        {
            throw failure;
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is PosixException or IOException or MailBackupException)
        {
            Discard(e);
        }
    }

    private void Discard(Exception reason)
    {
        if (Pending.Count > 0)
        {
            _failure ??= reason;
        }

        Pending.Discard();
        OnPublished(asPlanned: false);
    }

    private void PublishNow()
    {
        if (Pending.Count > 0)
        {
            OnPublished(Pending.Publish(Rename));
        }
    }

    /// <summary>Somebody else has taken the name between our look and our move.</summary>
    private string? Rename(string temporary, string name)
    {
        using var ours = OpenPlain(temporary) ?? throw new PosixException(Errno.ENOENT, directory + "/" + temporary);
        using (var theirs = OpenPlain(name))
        {
            if (theirs is not null && ContentComparer.SameAsync(ours, theirs, default).AsTask().GetAwaiter().GetResult())
            {
                return null;
            }
        }

        using var again = OpenPlain(temporary)!;
        return Variant(name, new ItemState { Type = ItemType.Document }, Convert.ToHexStringLower(SHA256.HashData(again)), 0);
    }

    private Stream? OpenPlain(string name) => ItemContent.TryOpen(directory, name, FolderKind.Files)?.Stream;

    private async ValueTask<(bool Exists, bool Same, FileStatus Status)> CompareAsync(string name, RestoreItem item, CancellationToken token)
    {
        try
        {
            if (ItemContent.TryOpen(directory, name, kind) is not var (stream, _, status))
            {
                return default;
            }

            await using (stream.ConfigureAwait(false))
            {
                await using var wanted = await item.OpenContent(token).ConfigureAwait(false);
                return (true, await ContentComparer.SameAsync(wanted, stream, token).ConfigureAwait(false), status);
            }
        }
        catch (ItemReadException)
        {
            // What cannot be read cannot be shown to be the same; it keeps its name and the item gets another.
            return (true, false, default);
        }
    }

    private async ValueTask<DateTimeOffset> WriteAsync(string name, RestoreItem item, CancellationToken token)
    {
        string temporary = "";
        Microsoft.Win32.SafeHandles.SafeFileHandle? file = null;
        while (file is null)
        {
            temporary = string.Create(CultureInfo.InvariantCulture,
                $"{TemporaryPrefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.P{Environment.ProcessId}Q{Interlocked.Increment(ref s_counter)}.mailbackup");
            file = FileWrites.TryCreate(directory, temporary, owner);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long length = 0;
            string path = directory + "/" + temporary;
            await using (var content = await item.OpenContent(token).ConfigureAwait(false))
            {
                int n;
                while ((n = await content.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
                {
                    FileWrites.Write(file, buffer.AsSpan(0, n), path);
                    length += n;
                }
            }

            File.SetLastWriteTimeUtc(file, item.State.Date.UtcDateTime);
            var date = FileStatus.Get(file, path).ModifiedDate;
            file.Dispose();
            Pending.Add(temporary, name, Group(name), length);
            OnAdded(name);
            return date;
        }
        catch
        {
            file.Dispose();
            FileWrites.Remove(directory, temporary);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
