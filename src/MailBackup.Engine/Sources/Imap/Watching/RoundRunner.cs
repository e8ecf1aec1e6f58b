using System.Threading.Channels;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// Looks at accounts that no connection follows, one after another on a few connections: a login and one listing of the folders with their tokens. Whoever
/// was looked at longest ago is next.
/// </summary>
internal sealed class RoundRunner(WatchServer server, IChangeSink sink, Func<bool> isFollowing)
{
    private const int Waiting = 64;

    private readonly Channel<WatchedAccount> _due = Channel.CreateBounded<WatchedAccount>(Waiting);

    /// <summary>Runs until it is cancelled.</summary>
    public Task RunAsync(int workers, CancellationToken token) => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(token), CancellationToken.None)));

    /// <summary>Hands out those that are due, as many as there is room for.</summary>
    public void Offer(IEnumerable<WatchedAccount> accounts)
    {
        long now = Environment.TickCount64;
        foreach (var account in accounts.Where(a => !a.InRound && a.Due <= now).OrderBy(a => a.Due))
        {
            account.InRound = true;
            if (!_due.Writer.TryWrite(account))
            {
                account.InRound = false;
                return;
            }
        }
    }

    private async Task WorkAsync(CancellationToken token)
    {
        try
        {
            await foreach (var account in _due.Reader.ReadAllAsync(token).ConfigureAwait(false))
            {
                try
                {
                    await LookAsync(account, token).ConfigureAwait(false);
                }
                finally
                {
                    account.InRound = false;
                }
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(WatchedAccount account, CancellationToken token)
    {
        var next = server.Settings.WatchInterval * (0.9 + (0.1 * Random.Shared.NextDouble()));
        try
        {
            await server.UseAsync(account.Name, async (connection, traits) =>
            {
                if (!connection.Capabilities.Has("NOTIFY"))
                {
                    server.Lower(connection.Capabilities.Has("IDLE") ? WatchMode.Idle : WatchMode.Rounds);
                }

                bool told = account.Seen || isFollowing();
                bool changed = account.Look(await new FolderLister(connection, traits).ListAsync().ConfigureAwait(false), server.Settings.WatchInterval);
                if (changed && told)
                {
                    sink.AccountChanged(account.Name);
                }
            }, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ImapException or MailBackupException)
        {
            token.ThrowIfCancellationRequested();
            account.Fail(e.Message);
            var pause = WatchPause.After(account.Failures, WatchPause.IsRefusal(e));
            next = pause < next ? pause : next;
        }

        account.Due = Environment.TickCount64 + (long)next.TotalMilliseconds;
    }
}
