using System.Text;
using MailBackup.Model;
using MailBackup.Sources.Maildir.Posix;
using MailBackup.Sources.Maildir.Restoring;

namespace MailBackup.Sources;

/// <summary>
/// Adds entries to an LDIF file, or changes one attribute of one. What else stands in the file stays byte for byte; the new file takes its place in one step, with the same owner and mode.
/// An exporter that writes the file at the same time wins: then it is read again and the entries are added to what it wrote.
/// </summary>
/// <param name="path">The file, absolute.</param>
internal sealed class LdifDirectory(string path) : IProvisioningTarget, IDisposable
{
    private const int Attempts = 5;

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Called between reading and replacing; a test's exporter writes here.</summary>
    internal Action? BeforeReplace { get; init; }

    public string Description => $"LDIF file {path}";

    public ValueTask<ProvisioningEntry?> FindAsync(ProvisioningKind kind, string name, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var entries = new LdifProvisioning(path).Read(null)!.Entries;
        return new(entries.FirstOrDefault(e => e.Kind == kind && string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase)));
    }

    public ValueTask<IReadOnlyList<ProvisioningResult>> AddAsync(IReadOnlyList<ProvisioningEntry> entries, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return AddAsync(
            (present, fresh) => entries.Select(e =>
            {
                var added = new List<ProvisioningEntry>();
                var result = present.Judge(e, added);
                fresh.AddRange(added.Select(a => (Action<LdifWriter>)(w => w.Write(a))));
                return result;
            }),
            token);
    }

    public ValueTask<IReadOnlyList<ProvisioningResult>> AddChildrenAsync(IReadOnlyList<ProvisioningChild> children, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(children);
        return AddAsync(
            (present, fresh) => children.Select(c =>
            {
                var result = present.Judge(c, out string dn);
                if (result.Added)
                {
                    fresh.Add(w => w.WriteRecord(dn, c.Attributes));
                }

                return result;
            }),
            token);
    }

    public async ValueTask<bool?> SetAttributeAsync(
        ProvisioningKind kind, string name, string attribute, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(change);
        var edit = await ChangeAsync((file, before) =>
        {
            var found = LdifEdit.Find(file, kind, name, attribute);
            return found is null || !found.Change(change) || TryReplace(file, before, output => found.Copy(file, output)) ? found ?? LdifEdit.Nothing : null;
        }, token).ConfigureAwait(false);
        return edit == LdifEdit.Nothing ? null : edit.Changed;
    }

    public void Dispose() => _gate.Dispose();

    /// <param name="judge">Tells what becomes of each entry, and adds what is to be written to its list.</param>
    private ValueTask<IReadOnlyList<ProvisioningResult>> AddAsync(
        Func<LdifPresence, List<Action<LdifWriter>>, IEnumerable<ProvisioningResult>> judge, CancellationToken token) =>
        ChangeAsync<IReadOnlyList<ProvisioningResult>>((file, before) => TryAdd(file, before, judge), token);

    /// <param name="change">Gives null when the file changed meanwhile: then it is asked again.</param>
    private async ValueTask<T> ChangeAsync<T>(Func<string, FileStatus, T?> change, CancellationToken token)
        where T : class
    {
        await _gate.WaitAsync(token).ConfigureAwait(false);
        try
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                token.ThrowIfCancellationRequested();
                var (file, before) = Look();
                if (change(file, before) is { } result)
                {
                    return result;
                }
            }

            throw NotWritable("it is written by something else all the time", "Stop the exporter for as long, then try again.", null);
        }
        catch (PosixException e)
        {
            throw NotWritable(e.Reason, "Run as root or as the owner of the file, and see that its file system has room.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e.Message.TrimEnd('.'), "Run as root or as the owner of the file, and see that its file system has room.", e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The file itself and what it is now. Throws when this user may not change it.</summary>
    private (string File, FileStatus Before) Look()
    {
        // A link to the file stays one.
        string file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (!FileStatus.TryGet(file, out var before))
        {
            throw NotWritable("it does not exist", "Export the directory to it, or correct the path of the LDIF file.", null);
        }

        if (Libc.EffectiveUser() is var user && user != 0 && user != before.User)
        {
            throw NotWritable("it belongs to another user, whose it must stay", "Run as root or as the owner of the file.", null);
        }

        return (file, before);
    }

    /// <returns>Null when the file changed meanwhile: then nothing was written.</returns>
    private List<ProvisioningResult>? TryAdd(
        string file, FileStatus before, Func<LdifPresence, List<Action<LdifWriter>>, IEnumerable<ProvisioningResult>> judge)
    {
        var present = new LdifPresence(file);
        var fresh = new List<Action<LdifWriter>>();
        var results = judge(present, fresh).ToList();
        return fresh.Count == 0 || TryReplace(file, before, output => Copy(file, output, fresh)) ? results : null;
    }

    /// <returns>False when the file changed meanwhile: then nothing was written.</returns>
    private bool TryReplace(string file, FileStatus before, Action<FileStream> write)
    {
        string directory = Path.GetDirectoryName(file)!;
        string temporary = $".{Path.GetFileName(file)}.{Environment.ProcessId}.{Guid.NewGuid():N}.mailbackup";
        try
        {
            using (var handle = FileWrites.TryCreate(directory, temporary, before) ?? throw new IOException($"{temporary} is taken."))
            using (var output = new FileStream(handle, FileAccess.Write, 128 << 10))
            {
                write(output);
                output.Flush(flushToDisk: true);
            }

            BeforeReplace?.Invoke();
            if (!FileStatus.TryGet(file, out var now) || (now.Inode, now.Modified, now.Size) != (before.Inode, before.Modified, before.Size))
            {
                FileWrites.Remove(directory, temporary);
                return false;
            }

            FileWrites.Replace(directory, temporary, Path.GetFileName(file));
            FileWrites.Sync(directory);
            return true;
        }
        catch
        {
            FileWrites.Remove(directory, temporary);
            throw;
        }
    }

    private static void Copy(string file, FileStream output, List<Action<LdifWriter>> entries)
    {
        string lineEnd = "\n";
        var tail = new byte[4];
        using (var input = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            input.CopyTo(output);
            input.Seek(-Math.Min(4, input.Length), SeekOrigin.End);
            int n = input.ReadAtLeast(tail, 4, throwOnEndOfStream: false);
            string end = Encoding.Latin1.GetString(tail, 0, n);
            lineEnd = end.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : lineEnd;

            // An empty line between what was there and what is added; a file that ends within a line was refused.
            string gap = end.EndsWith("\n\n", StringComparison.Ordinal) || end.EndsWith("\n\r\n", StringComparison.Ordinal) ? "" : lineEnd;
            output.Write(Encoding.ASCII.GetBytes(gap));
        }

        var writer = new LdifWriter(output, lineEnd);
        entries.ForEach(write => write(writer));
    }

    private MailBackupException NotWritable(string problem, string action, Exception? inner) =>
        new(ErrorIds.DirectoryNotWritable, $"The LDIF file {path} cannot be changed: {problem}.", action + " Nothing was changed.", path, inner);
}
