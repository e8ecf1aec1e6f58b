using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.Blobs;

/// <summary>
/// Puts messages on the server of which nothing is known but the digest of their content: without flags and keywords, dated by a state that names the
/// content, else by this day. For journals that are damaged beyond repair, and for what a search or an anchor has left a digest of.
/// </summary>
internal sealed class RawRestoreRun(BackupLayout layout, IRestoreTarget target, RawRestoreRequest request, IOperationSink sink)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private long _restored, _skipped, _failed, _bytes;

    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        var digests = request.Digests.Select(Parse).Distinct().ToList();
        if (digests.Count == 0)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, "No digest is named.", "Name the contents by their digests.");
        }

        using var reader = OwnStore.Open(layout, sink);
        var folder = new RestoreFolder(request.Folder, FolderKind.Mail, null, null);
        await target.EnsureAccountAsync(request.Account, create: false, stop).ConfigureAwait(false);
        await target.EnsureFolderAsync(request.Account, folder, stop).ConfigureAwait(false);
        foreach (var digest in digests)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                await RestoreAsync(reader, folder, digest, stop).ConfigureAwait(false);
            }
            catch (MailBackupException e) when (e.ErrorId != ErrorIds.SourceAccountNotFound)
            {
                _failed++;
                sink.Trouble(new ItemTrouble(e.ErrorId, request.Account, null, digest.ToString(), e.Problem));
            }

            sink.Report(Report());
        }

        return Report();
    }

    private async Task RestoreAsync(BackupReader reader, RestoreFolder folder, Digest digest, CancellationToken stop)
    {
        var known = reader.FindByDigest(digest);
        if (known is { Type: not ItemType.Message })
        {
            throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"The content {digest} is that of a {known.Type}, not of a message.", "Restore the item, or export the content to a file.", digest);
        }

        Stream Open() => known is null ? reader.Content.OpenBlob(digest) : reader.Content.Open(known);

        // Read once before anything is written: what is damaged shows at its end.
        long size = 0;
        await using (var content = Open())
        {
            byte[] buffer = new byte[128 << 10];
            for (int n; (n = await content.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
            {
                size += n;
            }
        }

        var state = new ItemState { Type = ItemType.Message, Subject = known?.Subject ?? "", Date = known?.Date ?? DateTimeOffset.UtcNow, Size = size, Digest = digest };
        var restored = await target.RestoreItemAsync(request.Account, folder, new RestoreItem(state, _ => ValueTask.FromResult(Open())), stop).ConfigureAwait(false);
        await target.FlushAsync(request.Account, CancellationToken.None).ConfigureAwait(false);
        if (restored.AlreadyThere)
        {
            _skipped++;
        }
        else
        {
            _restored++;
            _bytes += size;
        }
    }

    private OperationReport Report() => new()
    {
        Restored = _restored,
        Skipped = _skipped,
        Unrestored = _failed,
        Errors = _failed,
        BytesRead = _bytes,
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };

    private static Digest Parse(string text) => Digest.TryParse(text, out var digest) ? digest : throw new MailBackupException(
        ErrorIds.ArgumentInvalid, $"'{text}' is no digest.", "A digest has 43 characters; listings with all properties show it.", text);
}
