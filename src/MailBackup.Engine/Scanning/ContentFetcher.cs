using System.Threading.Channels;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Scanning;

/// <summary>A worker: opens the content of items and stores it. Several run side by side.</summary>
internal sealed class ContentFetcher(IMailSource source, ScanStore store, ScanCounts counts)
{
    public async Task RunAsync(ChannelReader<ScanJob> jobs, CancellationToken token)
    {
        ContentIntake? intake = null;
        try
        {
            await foreach (var job in jobs.ReadAllAsync(token).ConfigureAwait(false))
            {
                try
                {
                    intake ??= new ContentIntake(store.Writer.Blobs);
                    job.Fetched!.SetResult(await FetchAsync(job, intake, token).ConfigureAwait(false));
                }
                catch (Exception e)
                {
                    // The committer meets it when it comes to this job.
                    job.Fetched!.TrySetException(e);
                    _ = job.Fetched.Task.Exception;
                }
            }
        }
        finally
        {
            intake?.Dispose();
        }
    }

    private async ValueTask<FetchedContent> FetchAsync(ScanJob job, ContentIntake intake, CancellationToken token)
    {
        try
        {
            var content = await OpenAsync(job, token).ConfigureAwait(false);
            if (content is null)
            {
                return new FetchedContent(null, null, null);
            }

            await using (content.ConfigureAwait(false))
            {
                var stored = await intake.TakeAsync(content.Stream, content.Length, job.SourceFolder!.Kind, job.SourceItem!.StableKey, token)
                    .ConfigureAwait(false);
                counts.Read(stored.Size);
                return new FetchedContent(stored, content.Item, null);
            }
        }
        catch (ItemReadException e)
        {
            return new FetchedContent(null, null, e);
        }
    }

    /// <summary>What nobody has thought of must cost the item, not the scan, tonight and every night.</summary>
    private async ValueTask<SourceContent?> OpenAsync(ScanJob job, CancellationToken token)
    {
        try
        {
            return await source.OpenAsync(job.Account.Name, job.SourceFolder!, job.SourceItem!, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException and not MailBackupException and not ItemReadException and not OutOfMemoryException)
        {
            throw new ItemReadException($"{job.SourceFolder!.Path}/{job.SourceItem!.Key}", $"an unexpected error: {e.GetType().Name}: {e.Message}", e);
        }
    }
}
