using MailBackup.Sources.Maildir.Posix;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// A lock as Dovecot takes it on its small files: who manages to create <c>name.lock</c> may write the new content into it and rename it over
/// the file.
/// </summary>
internal sealed class DotLock : IDisposable
{
    // Dovecot's own patience with a lock that nobody touches any more.
    private static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly string _directory;
    private readonly string _name;
    private SafeFileHandle? _file;

    private DotLock(string directory, string name, SafeFileHandle file)
    {
        _directory = directory;
        _name = name;
        _file = file;
    }

    private string LockName => _name + ".lock";

    public static async ValueTask<DotLock> AcquireAsync(
        string directory, string name, FileStatus owner, CancellationToken token, TimeSpan? patience = null)
    {
        long started = Environment.TickCount64;
        while (true)
        {
            if (FileWrites.TryCreate(directory, name + ".lock", owner) is { } file)
            {
                return new DotLock(directory, name, file);
            }

            bool there = FileStatus.TryGet(directory, name + ".lock", out var status, follow: false);
            if (there && DateTimeOffset.UtcNow - status.ModifiedDate > StaleAfter)
            {
                FileWrites.Remove(directory, name + ".lock");
            }
            else if (Environment.TickCount64 - started > (patience ?? Patience).TotalMilliseconds)
            {
                throw new MailBackupException(
                    ErrorIds.ItemRestoreFailed, $"{directory}/{name}.lock is held by the mail server.",
                    "Restore again when the server has let go of it; remove the file if the server is not running.", directory);
            }
            else
            {
                await Task.Delay(20, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts the new content in place and ends the lock.</summary>
    public void Replace(byte[] content)
    {
        var file = _file ?? throw new ObjectDisposedException(nameof(DotLock));
        FileWrites.Write(file, content, _directory + "/" + LockName);

        // Dovecot reads the file again when its second has changed, so it must never stay the same.
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (FileStatus.TryGet(_directory, _name, out var old) && old.ModifiedDate.ToUnixTimeSeconds() is var before && before >= now)
        {
            File.SetLastWriteTimeUtc(file, DateTimeOffset.FromUnixTimeSeconds(before + 1).UtcDateTime);
        }

        FileWrites.Sync(_directory, LockName);
        file.Dispose();
        _file = null;
        FileWrites.Replace(_directory, LockName, _name);
    }

    public void Dispose()
    {
        if (_file is { } file)
        {
            _file = null;
            file.Dispose();
            FileWrites.Remove(_directory, LockName);
        }
    }
}
