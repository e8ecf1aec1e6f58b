using MailBackup.Sources;

namespace MailBackup.Archives.Maildir;

/// <summary>Writes a Maildir++ tree that a server can serve and a scan can read as it is.</summary>
internal sealed class MaildirArchiveWriter(string folder, string header) : IArchiveWriter
{
    public const string MailName = "Maildir";

    private readonly ArchiveTree _tree = new(folder, MailName);

    public static async ValueTask<IArchiveWriter> CreateAsync(string folder, string header, CancellationToken token)
    {
        var writer = new MaildirArchiveWriter(folder, header);
        await writer._tree.CreateMailboxAsync(token).ConfigureAwait(false);
        return writer;
    }

    public async ValueTask AddFolderAsync(RestoreFolder folder, CancellationToken token) =>
        await _tree.AddFolderAsync(folder, token).ConfigureAwait(false);

    public ValueTask<string?> AddItemAsync(RestoreFolder folder, RestoreItem item, long number, CancellationToken token) =>
        _tree.AddItemAsync(folder, item, token);

    public async ValueTask CompleteAsync(CancellationToken token)
    {
        await _tree.FlushAsync(token).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, ArchiveMetadata.FileName), header + "\n", token).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
