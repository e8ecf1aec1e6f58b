using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>A connection that hears what happens in an account: by NOTIFY in all its folders, by IDLE in one.</summary>
/// <param name="heard">Called with each change, and the key of the folder where it is one folder's.</param>
internal sealed class WatchConnection(ImapConnection connection, ServerTraits traits, Action<WatchedChange, string?> heard)
{
    // What a server does not know it refuses; METADATA changes are none of a backup's folders.
    private const string Events = "MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange";

    /// <summary>How long a server may take to say that it is still there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);

    private readonly bool _utf8 = connection.Utf8;
    private ChangeReader _reader = new(null, connection.Utf8);
    private bool _idles;

    /// <summary>Asks to be told of everything. Throws <see cref="ImapCommandException"/> when the server does not do that.</summary>
    public async Task NotifyAsync() => await connection.RunAsync($"NOTIFY SET STATUS (personal ({Events}))").ConfigureAwait(false);

    /// <summary>Opens the folder that is to be followed. Throws <see cref="ImapCommandException"/> when there is none.</summary>
    public async Task SelectAsync(string folder)
    {
        await connection.RunAsync($"EXAMINE {ImapCommand.Quote(FolderNames.ToWire(folder, _utf8))}").ConfigureAwait(false);
        _reader = new ChangeReader(folder, _utf8);
        _idles = true;
    }

    /// <summary>All folders as they are now; also a sign of life.</summary>
    public async Task<IReadOnlyList<SourceFolder>> LookAsync()
    {
        connection.Observer = TakeBesideAnswers;
        try
        {
            return await new FolderLister(connection, traits).ListAsync().ConfigureAwait(false);
        }
        finally
        {
            connection.Observer = null;
        }
    }

    /// <summary>Listens for so long. Ends with the server having answered, so what came is known to be all.</summary>
    public async Task ListenAsync(TimeSpan time, CancellationToken token)
    {
        string? end = null;
        long begun = Environment.TickCount64;
        if (_idles)
        {
            end = connection.Send("IDLE");
            await connection.AskedForAsync(end, Take).ConfigureAwait(false);
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(token);
        var over = Task.Delay(time, timer.Token);
        bool asked = false;
        try
        {
            do
            {
                var next = connection.NextAsync().AsTask();
                if (!asked && await Task.WhenAny(next, over).ConfigureAwait(false) == over && !token.IsCancellationRequested)
                {
                    asked = true;
                    end = await connection.InterruptAsync(end is null ? "NOOP" : null).ConfigureAwait(false) ?? end;
                }

                if (await AnsweredAsync(next, asked).ConfigureAwait(false) == FrameEvent.Response)
                {
                    Take(connection.Text);
                }
            }
            while (end is null || connection.Outcome(end) is null);
        }
        finally
        {
            await timer.CancelAsync().ConfigureAwait(false);
        }

        if (!asked && Environment.TickCount64 - begun < ShortestIdle.TotalMilliseconds)
        {
            // A server that does not want to idle is not asked a thousand times a second.
            await Task.Delay(ShortestIdle, token).ConfigureAwait(false);
        }
    }

    private async Task<FrameEvent> AnsweredAsync(Task<FrameEvent> next, bool asked)
    {
        try
        {
            return await (asked ? next.WaitAsync(Patience) : next).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            connection.Abort("the server does not answer any more");
            return await next.ConfigureAwait(false);
        }
    }

    private void Take(ReadOnlySpan<byte> text) => Tell(_reader.Take(text, out string? folder), folder);

    private void TakeBesideAnswers(ReadOnlySpan<byte> text) => Tell(_reader.TakeBesideAnswers(text, out string? folder), folder);

    private void Tell(WatchedChange change, string? folder)
    {
        if (change == WatchedChange.Lost)
        {
            throw new ImapConnectionException("the server could not tell all that changed");
        }

        if (change != WatchedChange.None)
        {
            heard(change, folder);
        }
    }
}
