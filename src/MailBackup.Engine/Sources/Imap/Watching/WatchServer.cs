using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>
/// The server as all who follow it share it: never more connections than are allowed, few logins at one time, and what was found out about how it tells of
/// changes.
/// </summary>
internal sealed class WatchServer(ImapSettings settings) : IDisposable
{
    private const int LoginsAtOnce = 8;

    /// <summary>Accounts that are refused something before it counts as refused to all.</summary>
    private const int Several = 3;

    private readonly SemaphoreSlim _connections = new(settings.WatchConnections, settings.WatchConnections);
    private readonly SemaphoreSlim _logins = new(LoginsAtOnce, LoginsAtOnce);
    private readonly ImapConnector _connector = new(settings) { Buffer = 4 << 10, Attempts = 1 };
    private readonly HashSet<string> _withoutNotify = new(StringComparer.OrdinalIgnoreCase);
    private volatile WatchMode _mode = WatchMode.Notify;
    private bool _notifies;

    public ImapSettings Settings => settings;

    /// <summary>The best that is still possible.</summary>
    public WatchMode Mode => _mode;

    /// <summary>How many there are to be followed.</summary>
    public int Accounts { get; set; }

    /// <summary>Connections that hear changes.</summary>
    public int Listening;

    /// <summary>How often an account is looked at whatever the server tells, which is also how it shows that it is alive: IDLE is to be renewed within 29 minutes (RFC 2177).</summary>
    public TimeSpan LookEvery => settings.WatchInterval < LongestSilence ? settings.WatchInterval : LongestSilence;

    private static TimeSpan LongestSilence => TimeSpan.FromMinutes(4);

    /// <summary>Runs something on a connection of its own. Throws <see cref="ImapException"/>.</summary>
    public async Task UseAsync(string account, Func<ImapConnection, ServerTraits, Task> work, CancellationToken token)
    {
        await _connections.WaitAsync(token).ConfigureAwait(false);
        ImapConnection? connection = null;
        try
        {
            await _logins.WaitAsync(token).ConfigureAwait(false);
            try
            {
                connection = await _connector.OpenAsync(account, token).ConfigureAwait(false);
            }
            finally
            {
                _logins.Release();
            }

            var opened = connection;
            using var abort = token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), opened);
            await work(opened, await _connector.TraitsAsync(opened).ConfigureAwait(false)).ConfigureAwait(false);
            await opened.LogoutAsync().ConfigureAwait(false);
        }
        finally
        {
            connection?.Dispose();
            _connections.Release();
        }
    }

    /// <summary>Notes that the server tells of an account's changes by NOTIFY.</summary>
    public void Notifies()
    {
        lock (_withoutNotify)
        {
            _notifies = true;
        }
    }

    /// <summary>
    /// Notes that it refuses NOTIFY for an account. That is for all when it does not understand it, or refuses several and did it for none; one broken or busy mailbox
    /// costs its own account only.
    /// </summary>
    public void RefusesNotify(string account, ImapCommandException refusal)
    {
        lock (_withoutNotify)
        {
            if (_notifies || Backoff.IsTransient(refusal))
            {
                return;
            }

            _withoutNotify.Add(account);
            if (refusal.Status.Kind == StatusKind.Bad || _withoutNotify.Count >= Math.Min(Several, Accounts))
            {
                Lower(WatchMode.Idle);
            }
        }
    }

    /// <summary>Notes that the server does not do what was thought.</summary>
    public void Lower(WatchMode mode)
    {
        if (mode > _mode)
        {
            _mode = mode;
        }
    }

    public void Dispose()
    {
        _connector.Dispose();
        _connections.Dispose();
        _logins.Dispose();
    }
}
