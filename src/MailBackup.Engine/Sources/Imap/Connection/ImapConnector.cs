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

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly LoginRecord _record = new(clock ?? TimeProvider.System);
    private readonly SemaphoreSlim _finding = new(1, 1);
    private volatile string? _password;
    private ServerTraits? _traits;

    public ImapSettings Settings => settings;

    /// <summary>Bytes that a connection reads at one time.</summary>
    internal int Buffer { get; init; } = 64 << 10;

    /// <summary>How often a server that cannot be reached is tried at one call.</summary>
    internal int Attempts { get; init; } = 4;

    /// <summary>How long a server may say nothing.</summary>
    internal TimeSpan Patience { get; init; } = Transport.Patience;

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
            _record.ThrowFinal();

            try
            {
                var connection = await OpenOnceAsync(account, token).ConfigureAwait(false);
                _record.Arrived();
                return connection;
            }
            catch (ImapRefusedException e)
            {
                if (_record.IsForEverybody(account, e) || attempt >= Attempts)
                {
                    throw;
                }

                await PauseAsync(attempt, token).ConfigureAwait(false);
            }
            catch (ImapCommandException e) when (!Backoff.IsTransient(e))
            {
                // Perhaps it will be changed, in the file as well as at the server.
                _password = null;
                _record.Refused(account, e);
                throw;
            }
            catch (ImapException e) when (
                attempt < (e is ImapCommandException ? TransientAttempts : Attempts) && e is not ImapSilenceException && !_record.IsOutage)
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
            if (!_record.EverLoggedIn)
            {
                using (await OpenAsync(living, token).ConfigureAwait(false))
                {
                }
            }

            if (!await IsRefusedAsync(account, token).ConfigureAwait(false))
            {
                return false;
            }

            // Asked behind it: a token that has expired since the last login is refused for everybody.
            return await IsRefusedAsync(living, token).ConfigureAwait(false) ? null : true;
        }
        catch (ImapException)
        {
            token.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async Task<bool> IsRefusedAsync(string account, CancellationToken token)
    {
        try
        {
            using var connection = await OpenOnceAsync(account, token).ConfigureAwait(false);
            return false;
        }
        catch (ImapCommandException e) when (!Backoff.IsTransient(e))
        {
            return true;
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

    /// <summary>With the password as it is in the file now, should the one that was known be refused: an access token lives an hour.</summary>
    private async Task<ImapConnection> OpenOnceAsync(string account, CancellationToken token)
    {
        string password = _password ??= settings.ReadPassword();
        string? newer = null;
        try
        {
            return await OpenWithAsync(account, password, token).ConfigureAwait(false);
        }
        catch (ImapCommandException e) when (!Backoff.IsTransient(e) && (newer = FindNewer(password)) is not null)
        {
            return await OpenWithAsync(account, newer, token).ConfigureAwait(false);
        }
    }

    /// <summary>What the file has now, if that is another password than the one that was refused; it counts from now on.</summary>
    private string? FindNewer(string refused)
    {
        try
        {
            string now = settings.ReadPassword();
            _password = now;
            return now != refused ? now : null;
        }
        catch (MailBackupException)
        {
            // Just being written, perhaps. The refusal is what is told; whoever comes next reads it again.
            _password = null;
            return null;
        }
    }

    private async Task<ImapConnection> OpenWithAsync(string account, string password, CancellationToken token)
    {
        ImapConnection? connection = null;
        try
        {
            connection = new ImapConnection(await Transport.ConnectAsync(settings.Host, settings.Port, Patience, token).ConfigureAwait(false), Buffer);
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
                _record.Away();
            }

            throw;
        }
    }
}
