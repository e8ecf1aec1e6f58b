using System.Collections.Concurrent;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// Writes into one account. Many may ask at a time: whoever comes to the connection takes with it what the others have waiting for the same folder, so that messages
/// go out many at a time though each is asked for alone.
/// </summary>
internal sealed class AccountWriter : IAsyncDisposable
{
    private const int MessagesAtOnce = 64;
    private const long BytesAtOnce = 4 << 20;
    private const int Refusals = 3;

    private readonly WriterConnection _writer;
    private readonly FolderMaker _folders;
    private readonly ConcurrentQueue<PendingMessage> _arrived = new();
    private readonly List<PendingMessage> _waiting = [];
    private int _refusals;
    private int _atOnce = MessagesAtOnce;

    public AccountWriter(string account, ImapConnector connector)
    {
        _writer = new WriterConnection(account, connector);
        _folders = new FolderMaker(_writer);
    }

    public WriterConnection Connection => _writer;

    /// <summary>Throws when the account cannot be opened.</summary>
    public Task OpenAsync(CancellationToken token) => _writer.RunAsync(_writer.FoldersAsync, token);

    /// <summary>True when it was made.</summary>
    public Task<bool> EnsureFolderAsync(RestoreFolder folder, CancellationToken token) => _writer.RunAsync(() => _folders.EnsureAsync(folder), token);

    /// <summary>What could not be given.</summary>
    public Task<IReadOnlyList<string>> RestoreDetailsAsync(RestoreFolder folder, CancellationToken token) =>
        _writer.RunAsync(() => new FolderDetailWriter(_writer).WriteAsync(folder), token);

    /// <summary>How many were not subscribed to yet.</summary>
    public Task<int> SubscribeAsync(IReadOnlyList<string> names, CancellationToken token) => _writer.RunAsync(() => _folders.SubscribeAsync(names), token);

    public async Task<RestoredItem> RestoreAsync(RestoreFolder folder, RestoreItem item, CancellationToken token)
    {
        var message = new PendingMessage(folder, await WireContent.ReadAsync(item, token).ConfigureAwait(false), item.State);
        _arrived.Enqueue(message);
        try
        {
            await _writer.RunAsync(async () =>
            {
                while (!message.IsSettled)
                {
                    await SendSomeAsync(token).ConfigureAwait(false);
                }

                return true;
            }, token).ConfigureAwait(false);
        }
        catch
        {
            // Whoever comes next must not send what nobody waits for.
            message.Abandon();
            throw;
        }

        return await message.Done.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>Those that wait for the folder of the one that waits longest.</summary>
    private async Task SendSomeAsync(CancellationToken token)
    {
        while (_arrived.TryDequeue(out var arrived))
        {
            _waiting.Add(arrived);
        }

        _waiting.RemoveAll(m => m.IsSettled);
        var batch = Choose();
        if (batch.Count == 0)
        {
            return;
        }

        var folder = batch[0].Folder;
        try
        {
            string key = (await _folders.FindAsync(folder).ConfigureAwait(false))?.Key ?? throw new MailBackupException(
                ErrorIds.FolderNotFound, $"{_writer.Account} has no folder {folder.Path}.", "Make the folder before restoring into it.", folder.Path);
            var contents = await _writer.ContentsAsync(key).ConfigureAwait(false);
            var refusal = await new Appender(_writer, contents, key).RunAsync(batch, _refusals < Refusals, token).ConfigureAwait(false);
            _refusals += refusal is null ? 0 : refusal.IsLimit ? Refusals : 1;
            _atOnce = Math.Min(MessagesAtOnce, _atOnce * 2);
            _writer.Progress++;
        }
        catch (ImapConnectionException e)
        {
            Suspect(batch, e);
            throw;
        }
        catch (Exception e) when (e is ImapCommandException or MailBackupException)
        {
            // The folder as a whole.
            batch.ForEach(m => m.Fail(e));
        }
    }

    /// <summary>
    /// There are messages at which a server dies (a keyword more than Cyrus 3.6 has room for). Sent alone they show, are tried once more without keywords, and cost
    /// no other message.
    /// </summary>
    private void Suspect(List<PendingMessage> batch, ImapConnectionException e)
    {
        _atOnce = 1;
        if (batch is [{ IsSettled: false, Sent: true } only] && ++only.Losses > 1)
        {
            only.Fail(e);
            _writer.Progress++;
        }
    }

    private List<PendingMessage> Choose()
    {
        var batch = new List<PendingMessage>();
        long bytes = 0;
        foreach (var message in _waiting.Where(m => m.Folder.Path == _waiting[0].Folder.Path))
        {
            bytes += message.Content.Length;
            if (batch.Count == _atOnce || (batch.Count > 0 && bytes > BytesAtOnce))
            {
                break;
            }

            batch.Add(message);
        }

        return batch;
    }
}
