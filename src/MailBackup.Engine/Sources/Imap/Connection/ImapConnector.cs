using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>
/// Opens connections that act for an account. Tries again after a pause when the server cannot be reached, and gives up soon once it has been away for a
/// while, so that a dead server does not cost each of five thousand accounts its patience. Stops when the first few logins are all refused: a wrong password
/// must not be tried five thousand times.
/// </summary>
internal sealed class ImapConnector(ImapSettings settings, TimeProvider? clock = null) : IDisposable
{
    /// <summary>A server that is there and says "later" is given more time than one that is away.</summary>
    private const int TransientAttempts = 7;

    private const int RefusalsInARow = 3;

    /// <summary>What is refused to everybody is tried again after this, with the password as it is then: a connector may live as long as a service.</summary>
    private static readonly TimeSpan FinalFor = TimeSpan.FromMinutes(5);

    /// <summary>Away for longer than this, the server is asked once for each account and not again and again.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _finding = new(1, 1);
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset? _awaySince;
    private bool _everLoggedIn;
    private ImapException? _final;
    private DateTimeOffset _finalUntil;
    private volatile string? _password;
    private ServerTraits? _traits;

    public ImapSettings Settings => settings;

    /// <summary>Bytes that a connection reads at one time.</summary>
    internal int Buffer { get; init; } = 64 << 10;

    /// <summary>How often a server that cannot be reached is tried at one call.</summary>
    internal int Attempts { get; init; } = 4;

    /// <summary>First pause between two attempts; grows, with jitter.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Throws <see cref="ImapException"/>: no connection, or the server refuses the login; <c>PasswordFileUnusable</c>.
    /// </summary>
    public async Task<ImapConnection> OpenAsync(string account, CancellationToken token)
    {
        for (int attempt = 1; ; attempt++)
        {
            token.ThrowIfCancellationRequested();
            ThrowFinal();

            try
            {
                var connection = await OpenOnceAsync(account, token).ConfigureAwait(false);
                Arrived();
                return connection;
            }
            catch (ImapRefusedException e)
            {
                // Certificate, encryption, mechanism: the same for everybody.
                Conclude(e);
                throw;
            }
            catch (ImapCommandException e) when (!Backoff.IsTransient(e))
            {
                Refused(account, e);
                throw;
            }
            catch (ImapException e) when (attempt < (e is ImapCommandException ? TransientAttempts : Attempts) && !IsOutage())
            {
                await PauseAsync(attempt, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before something is tried again; longer each time, with jitter.</summary>
    public Task PauseAsync(int attempt, CancellationToken token) => Task.Delay(Backoff.Pause(Pause, attempt), _clock, token);

    /// <summary>
    /// Whether the server refuses to let the administrator act for an account, while it lets him for another. Null: it cannot be told now. Not counted among the
    /// refusals that make an end of it.
    /// </summary>
    public async Task<bool?> RefusesAsync(string account, string living, CancellationToken token)
    {
        try
        {
            if (!_everLoggedIn)
            {
                using (await OpenAsync(living, token).ConfigureAwait(false))
                {
                }
            }

            using var connection = await OpenOnceAsync(account, token).ConfigureAwait(false);
            return false;
        }
        catch (ImapCommandException e) when (_everLoggedIn && !Backoff.IsTransient(e))
        {
            return true;
        }
        catch (ImapException)
        {
            token.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Found out on the first connection, whosever it is.</summary>
    public async ValueTask<ServerTraits> TraitsAsync(ImapConnection connection)
    {
        if (_traits is { } known)
        {
            return known;
        }

        await _finding.WaitAsync().ConfigureAwait(false);
        try
        {
            return _traits ??= await ServerTraits.FindAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            _finding.Release();
        }
    }

    public void Dispose() => _finding.Dispose();

    private async Task<ImapConnection> OpenOnceAsync(string account, CancellationToken token)
    {
        string password = _password ??= settings.ReadPassword();
        ImapConnection? connection = null;
        try
        {
            connection = new ImapConnection(await Transport.ConnectAsync(settings.Host, settings.Port, Transport.Patience, token).ConfigureAwait(false), Buffer);
            var opened = connection;
            using (token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), opened))
            {
                await Login.RunAsync(opened, settings, account, password).ConfigureAwait(false);
            }

            token.ThrowIfCancellationRequested();
            return opened;
        }
        catch (Exception e)
        {
            connection?.Dispose();
            token.ThrowIfCancellationRequested();
            if (e is ImapConnectionException)
            {
                lock (_lock)
                {
                    _awaySince ??= _clock.GetUtcNow();
                }
            }

            throw;
        }
    }

    private bool IsOutage()
    {
        lock (_lock)
        {
            return _awaySince is { } since && _clock.GetUtcNow() - since > Outage;
        }
    }

    private void Arrived()
    {
        lock (_lock)
        {
            _awaySince = null;
            _everLoggedIn = true;
        }
    }

    private void Refused(string account, ImapCommandException e)
    {
        // Perhaps it has been changed, in the file as well as at the server.
        _password = null;
        lock (_lock)
        {
            _refused.Add(account);
            if (!_everLoggedIn && _refused.Count >= RefusalsInARow)
            {
                Conclude(e);
            }
        }
    }

    private void Conclude(ImapException e)
    {
        lock (_lock)
        {
            (_final, _finalUntil) = (e, _clock.GetUtcNow() + FinalFor);
        }
    }

    private void ThrowFinal()
    {
        lock (_lock)
        {
            if (_final is { } final && _clock.GetUtcNow() < _finalUntil)
            {
                throw final;
            }

            if (_final is not null)
            {
                _final = null;
                _refused.Clear();
            }
        }
    }
}
